/**
 * Clocks, randomness, sockets, programs and the user's redirections, in one value that tests can replace.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { connect, isIPv6, type Socket, SocketAddress } from 'node:net';

/** `--connect-to`: null matches any host or any port, like an empty field in curl. */
export interface Redirection {
  readonly host: string | null;
  readonly port: number | null;
  readonly address: string;
  readonly toPort: number;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The result of a program: its output on stdout and stderr, or why it did not start. */
export type Finished =
  | { readonly kind: 'ended'; readonly output: string }
  | { readonly kind: 'not-started'; readonly code: string };

export interface System {
  /** System clock, ms since the epoch. */
  now(): number;
  /** Monotonic clock, ms with fractions. */
  monotonicMs(): number;
  randomBytes(bytes: number): Uint8Array;
  /** The destination for this host and address: that of the first matching redirection, or the address itself. */
  route(host: string, address: string, port: number): Endpoint;
  connectTcp(endpoint: Endpoint): Socket;
  openUdp(address: string): DatagramSocket;
  readonly platform: NodeJS.Platform;
  /** Runs a local program without a shell; aborting the signal kills it. */
  runProgram(argv: readonly string[], signal: AbortSignal): Promise<Finished>;
}

/** The real system, with the user's redirections. */
export function createSystem(redirections: readonly Redirection[] = []): System {
  return {
    now: Date.now,
    monotonicMs: () => performance.now(),
    randomBytes: randomBytes,
    route: (host, address, port) => redirect(redirections, host, address, port),
    connectTcp: ({ address, port }) => connect({ host: address, port, noDelay: true }),
    openUdp: (address) => createSocket(isIPv6(address) ? 'udp6' : 'udp4'),
    platform: process.platform,
    runProgram: runProgram,
  };
}

const MOST_OUTPUT = 65_536;

function runProgram([file = '', ...args]: readonly string[], signal: AbortSignal): Promise<Finished> {
  const { PATH, SystemRoot } = process.env;
  // The output is parsed, so it must not depend on this machine's language.
  const env = { PATH, SystemRoot, LC_ALL: 'C' };
  return new Promise((resolve) => {
    const options = {
      env,
      signal,
      maxBuffer: MOST_OUTPUT,
      windowsHide: true,
      killSignal: 'SIGKILL',
    } as const;
    execFile(file, args, options, (error, stdout, stderr) => {
      // A numeric code is the program's exit code; a string means that it did not start or was killed.
      const code = typeof error?.code === 'string' && stdout === '' && stderr === '' ? error.code : null;
      resolve(
        code === null ? { kind: 'ended', output: `${stdout}${stderr}` } : { kind: 'not-started', code },
      );
    });
  });
}

/** The first redirection whose host matches the name or the address, and whose port matches. */
function redirect(
  redirections: readonly Redirection[],
  host: string,
  address: string,
  port: number,
): Endpoint {
  const isWanted = (name: string) => [host, address].some((one) => comparable(one) === comparable(name));
  const hit = redirections.find(
    (candidate) =>
      (candidate.port === null || candidate.port === port) &&
      (candidate.host === null || isWanted(candidate.host)),
  );
  return hit === undefined ? { address, port } : { address: hit.address, port: hit.toPort };
}

/** Names in lower case, and IPv6 addresses in canonical form (RFC 5952). */
function comparable(host: string): string {
  return isIPv6(host) && !host.includes('%')
    ? new SocketAddress({ address: host, family: 'ipv6' }).address
    : host.toLowerCase();
}

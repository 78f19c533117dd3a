/**
 * Everything through which a probe touches the world, in one value that tests can replace: clocks,
 * randomness, sockets, and the user's redirections.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { connect, isIPv6, type Socket, SocketAddress } from 'node:net';

/** `--connect-to`: null matches any host or any port, as an empty field does in curl. */
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

/** How a program ended: with what it wrote on stdout and stderr, or before it began. */
export type Finished =
  | { readonly kind: 'ended'; readonly output: string }
  | { readonly kind: 'not-started'; readonly code: string };

export interface System {
  /** Wall clock, ms since the epoch. */
  now(): number;
  /** Monotonic clock, ms with fractions. */
  monotonicMs(): number;
  randomBytes(bytes: number): Uint8Array;
  /** Where to go for this host at this resolved address: the first redirection that matches, or there. */
  route(host: string, address: string, port: number): Endpoint;
  connectTcp(endpoint: Endpoint): Socket;
  openUdp(address: string): DatagramSocket;
  readonly platform: NodeJS.Platform;
  /** Runs a program of this machine without a shell; aborting the signal kills it. */
  runProgram(argv: readonly string[], signal: AbortSignal): Promise<Finished>;
}

/** The real world, with the user's redirections in front of it. */
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
  // Its words are to be understood, so they must not depend on this machine's language.
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
      // A code that is a number is the program's own; a word says that it never began, or was ended.
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
  const wanted = [comparable(host), comparable(address)];
  const hit = redirections.find(
    (candidate) =>
      (candidate.port === null || candidate.port === port) &&
      (candidate.host === null || wanted.includes(comparable(candidate.host))),
  );
  return hit === undefined ? { address, port } : { address: hit.address, port: hit.toPort };
}

/** Names without their case, and IPv6 addresses in the one way of writing them (RFC 5952). */
function comparable(host: string): string {
  return isIPv6(host) && !host.includes('%')
    ? new SocketAddress({ address: host, family: 'ipv6' }).address
    : host.toLowerCase();
}

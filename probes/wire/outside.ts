/**
 * Everything through which a probe touches the world, in one value that tests can replace: clocks,
 * randomness, sockets, and the user's redirections.
 */
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

export interface Outside {
  /** Wall clock, ms since the epoch. */
  now(): number;
  /** Monotonic clock, ms with fractions. */
  tick(): number;
  random(bytes: number): Uint8Array;
  /** Where to go for this host at this resolved address: the first redirection that matches, or there. */
  route(host: string, address: string, port: number): Endpoint;
  stream(endpoint: Endpoint): Socket;
  datagram(address: string): DatagramSocket;
}

/** The real world, with the user's redirections in front of it. */
export function createOutside(redirections: readonly Redirection[] = []): Outside {
  return {
    now: Date.now,
    tick: () => performance.now(),
    random: randomBytes,
    route: (host, address, port) => redirect(redirections, host, address, port),
    stream: ({ address, port }) => connect({ host: address, port, noDelay: true }),
    datagram: (address) => createSocket(isIPv6(address) ? 'udp6' : 'udp4'),
  };
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

import type { Observations } from '../model/report.ts';

export interface Delay {
  /** ms until a query is answered; null when no answer comes. */
  readonly waitsMs: number | null;
  /** The server refuses queries at once. */
  readonly refused?: boolean;
  /** Other servers that do not answer. */
  readonly dead?: readonly string[];
}

/**
 * Describes the delay that a dead or slow server causes for each look-up of this system. It follows from the server's
 * position and the timeout in resolv.conf(5). Empty for a server that this system does not use.
 */
export function describeDelay(
  { environment: { dns } }: Observations,
  server: string,
  { waitsMs, refused = false, dead = [] }: Delay,
): string {
  const place = dns.servers.indexOf(server);
  if (place < 0 || dns.source === '--dns-server') return '';
  const { system } = dns;
  const timeoutMs = system?.timeoutMs ?? null;
  const wait = waitsMs === null ? timeoutMs : Math.min(waitsMs, timeoutMs ?? waitsMs);
  if (dns.servers.length === 1) {
    const times =
      waitsMs === null && (system?.attempts ?? 1) > 1 ? `, ${system?.attempts} times, and then fails` : '';
    return refused || wait === null
      ? 'No other server is configured.'
      : `It is the only one configured, so every look-up costs ${seconds(wait)}${times}.`;
  }
  if (system?.rotate !== true && dns.servers.slice(0, place).some((before) => !dead.includes(before))) {
    return `It stands in place ${place + 1} of the list, so it costs something only when the servers before it fail.`;
  }
  const starts =
    system?.rotate === true
      ? 'Every look-up that starts there (options rotate)'
      : 'Every look-up starts there and';
  if (refused) return `${starts} is turned away at once, then goes on to the next server.`;
  if (wait === null) return `${starts} waits before it goes on to the next server.`;
  if (waitsMs !== null) return `${starts} waits ${seconds(wait)}.`;
  const others = dns.servers.slice(place).findIndex((next) => next !== server && !dead.includes(next));
  const silent = others < 0 ? dns.servers.length - place : others;
  const each = silent > 1 ? ` (${silent} servers of ${seconds(wait)} each)` : ' (time-out of this system)';
  return `${starts} waits ${seconds(wait * silent)}${each} before a server that answers is asked.`;
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}

import type { Observations } from '../report/schema.ts';

/**
 * What a server that is dead or slow costs each look-up of this system, as a sentence: by its place in the list, and
 * by the time that resolv.conf(5) gives it.
 * @param waitsMs how long the server keeps one question waiting; null when no answer comes at all
 */
export function costOf(
  { environment: { dns } }: Observations,
  server: string,
  { waitsMs, refused = false }: { readonly waitsMs: number | null; readonly refused?: boolean },
): string {
  const place = dns.servers.indexOf(server);
  const { system } = dns;
  const patience = system?.timeoutMs ?? null;
  const wait = waitsMs ?? patience;
  const time =
    refused || wait === null ? null : `${Number((Math.min(wait, patience ?? wait) / 1000).toFixed(1))} s`;
  if (dns.servers.length === 1) {
    return time === null
      ? 'No other server is configured.'
      : `It is the only one configured, so every look-up costs ${time}${again(waitsMs, system?.attempts)}.`;
  }
  if (place > 0 && system?.rotate !== true) {
    return `It stands in place ${place + 1} of the list, so it costs something only when the servers before it fail.`;
  }
  const starts =
    system?.rotate === true
      ? 'Every look-up that starts there (options rotate)'
      : 'Every look-up starts there and';
  if (refused) return `${starts} is turned away at once, then goes on to the next server.`;
  return time === null
    ? `${starts} waits before it goes on to the next server.`
    : `${starts} waits ${time}${waitsMs === null ? ' (time-out of this system) before the next server is asked' : ''}.`;
}

function again(waitsMs: number | null, attempts: number | undefined): string {
  return waitsMs === null && attempts !== undefined && attempts > 1
    ? `, ${attempts} times, and then fails`
    : '';
}

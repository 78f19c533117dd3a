import type { Target } from '../model/report.ts';

/** Limits the length of lists and peers' strings in a sentence. */
const LIST_LIMIT = 8;
const TEXT_LIMIT = 120;

/** “a”, “a and b”, “a, b and c”; entries beyond `limit` are counted. Duplicates appear once. */
export function list(items: Iterable<string>, limit = LIST_LIMIT): string {
  const unique = [...new Set(items)];
  const shown = unique.length > limit ? unique.slice(0, limit) : unique;
  const rest = unique.length - shown.length;
  const parts = rest > 0 ? [...shown, `${rest} more`] : shown;
  const last = parts.at(-1) ?? '';
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${last}` : last;
}

/** Lists all of them, for a remedy, which the renderers shorten. */
export function listAll(items: Iterable<string>): string {
  return list(items, Number.POSITIVE_INFINITY);
}

type Endpoint = Pick<Target, 'host' | 'port'>;

/** Lists host and port of each endpoint. */
export function listEndpoints(endpoints: readonly Endpoint[], limit?: number): string {
  return list(
    endpoints.map(({ host, port }) => `${host}:${port}`),
    limit,
  );
}

/** Lists the hosts of the endpoints. */
export function listHosts(endpoints: readonly Pick<Endpoint, 'host'>[], limit?: number): string {
  return list(
    endpoints.map(({ host }) => host),
    limit,
  );
}

/** “1 endpoint”, “2 endpoints”. */
export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/** Cuts a peer's text to a length that fits a sentence. */
export function brief(text: string, limit = TEXT_LIMIT): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

/** Formats a duration in milliseconds as “7 minutes” or “3 days”, without its sign. */
export function duration(ms: number): string {
  const minutes = Math.abs(ms) / 60_000;
  if (minutes >= 2 * 1440) return count(Math.round(minutes / 1440), 'day');
  return minutes >= 120 ? count(Math.round(minutes / 60), 'hour') : count(Math.round(minutes), 'minute');
}

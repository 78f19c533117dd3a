/** The interval at which API Management checks its dependencies (NetworkStatus, API Management REST API). */
export const REFRESH_MS = 15 * 60 * 1000;

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** RFC 3339, UTC. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Formats a long time: `45 minutes`, `30 hours`, `12 days`. */
export function span(ms: number): string {
  if (ms < 2 * HOUR) return `${Math.round(ms / MINUTE)} minutes`;
  if (ms < 2 * DAY) return `${Math.round(ms / HOUR)} hours`;
  return `${Math.round(ms / DAY)} days`;
}

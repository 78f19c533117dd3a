import type { Report } from '../model/report.ts';

/**
 * Inserts lines before the verdict, which stays last because it matters most.
 * @param text the rendered summary, whose verdict starts with its word in capitals
 */
export function insertBeforeVerdict(
  text: string,
  verdict: Report['verdict'],
  lines: readonly string[],
): string {
  if (lines.length === 0) return text;
  const all = text.split('\n');
  const found = all.findLastIndex((line) => line.includes(`${verdict.toUpperCase()}`));
  const at = found < 0 ? Math.max(0, all.length - 1) : found;
  return [...all.slice(0, at), ...lines, ...all.slice(at)].join('\n');
}

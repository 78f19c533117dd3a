/** Renders records in the requested format. Pure. */
import { azureCli } from './azure-cli.ts';
import { bind } from './bind.ts';
import { comment, leftOutNotes } from './comment.ts';
import { linuxHosts, windowsHosts } from './hosts-file.ts';
import type { Names, RecordAddress, RecordFormat, Records } from './types.ts';

const RENDERERS = {
  hosts: { title: 'Linux hosts file (--format hosts)', render: linuxHosts },
  windows: { title: 'Windows hosts file (--format windows)', render: windowsHosts },
  az: { title: 'Azure private DNS zones (--format az)', render: azureCli },
  bind: { title: 'BIND 9 (--format bind)', render: bind },
} as const;

/** Text that ends in a newline. The Windows format has CRLF, except as a part of `all`. */
export function renderRecords(records: Records, format: RecordFormat): string {
  if (format !== 'all') {
    const end = format === 'windows' ? '\r\n' : '\n';
    return joinLines(RENDERERS[format].render(records), end);
  }
  return Object.values(RENDERERS)
    .map(({ title, render }) => joinLines([`# ==== ${title}`, ...render(records)], '\n'))
    .join('\n');
}

/**
 * The output when no record is needed. It is a comment, so that a file stays valid when the user appends the output.
 * @param right the number of host names with the right address
 */
export function nothingMissing(names: Names, vip: RecordAddress, right: number): string {
  const found =
    right === 0
      ? 'No record to print: no host name of the instance was looked up in that run.'
      : `Nothing is missing: on every DNS server that was asked, ${right} of ${right} host names lead to ${vip.address}.`;
  return joinLines([...comment(found), ...leftOutNotes(names)], '\n');
}

function joinLines(lines: readonly string[], end: string): string {
  return lines.map((line) => line + end).join('');
}

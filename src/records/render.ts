/** Records in the format asked for. Pure. */
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

/** Text that ends in a newline. Windows gets its own line ends, but for where it is one part of several. */
export function renderRecords(records: Records, format: RecordFormat): string {
  if (format !== 'all') {
    const end = format === 'windows' ? '\r\n' : '\n';
    return text(RENDERERS[format].render(records), end);
  }
  return Object.values(RENDERERS)
    .map(({ title, render }) => text([`# ==== ${title}`, ...render(records)], '\n'))
    .join('\n');
}

/**
 * What is printed when no record is needed: a comment, so that a file that this is appended to stays valid.
 * @param right how many host names lead where they should
 */
export function nothingMissing(names: Names, vip: RecordAddress, right: number): string {
  const found =
    right === 0
      ? 'No record to print: no host name of the instance was looked up in that run.'
      : `Nothing is missing: on every DNS server that was asked, ${right} of ${right} host names lead to ${vip.address}.`;
  return text([...comment(found), ...leftOutNotes(names)], '\n');
}

function text(lines: readonly string[], end: string): string {
  return lines.map((line) => line + end).join('');
}

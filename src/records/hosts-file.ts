/** Lines for hosts(5), which Windows reads as well. Pure. */
import { comment, commentedOut, elsewhereNote, leftOutNotes } from './comment.ts';
import type { Records } from './types.ts';
import { UNKNOWN_ADDRESS } from './zones.ts';

/** For /etc/hosts. */
export function linuxHosts(records: Records): string[] {
  return [
    ...comment('Lines for /etc/hosts. Append them as root, from a file of this output:'),
    '#   sudo tee -a /etc/hosts <records.hosts',
    ...body(records),
  ];
}

/** For the hosts file of Windows. */
export function windowsHosts(records: Records): string[] {
  const file = String.raw`$env:SystemRoot\System32\drivers\etc\hosts`;
  return [
    ...comment(
      String.raw`Lines for %SystemRoot%\System32\drivers\etc\hosts. Append them in PowerShell as administrator, from a file of this output:`,
    ),
    `#   Get-Content records.hosts | Add-Content -Encoding ascii ${file}`,
    ...body(records),
  ];
}

function body(records: Records): string[] {
  const { hosts, elsewhere, vip } = records;
  return [
    ...comment('They hold on that machine alone: enough for a first test, until DNS has the records.'),
    ...leftOutNotes(records),
    ...elsewhereNote(records),
    ...hosts.map((host) => `${vip.address} ${host}`),
    ...commentedOut(elsewhere.map((host) => `${UNKNOWN_ADDRESS} ${host}`)),
  ];
}

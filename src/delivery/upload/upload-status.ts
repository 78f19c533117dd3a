/** `apim-probe upload --status`: waiting and rejected reports, and the last success and problem. */
import { printable } from '../../../probes/printable.ts';
import { readBounded } from '../../common/bounded-file.ts';
import { count } from '../../common/wording.ts';
import { readUploadName } from '../report-names.ts';
import { readLastUpload } from './last-upload.ts';
import type { Rejected, Spool } from './spool.ts';

const SHOWN = 5;
const LONGEST_REASON = 1000;
const LARGEST_REASON = 65_536;

const kibibytes = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;

/** @param limit bytes, @param destination without secrets, or null, @param command that sends the waiting reports */
export function uploadStatus(
  spool: Spool,
  limit: number,
  destination: string | null,
  command: string,
): string {
  const waiting = spool.waiting();
  const rejected = spool.rejected();
  const bytes = [...waiting, ...rejected].reduce((sum, each) => sum + each.bytes, 0);
  const { success, problem } = readLastUpload(spool.folder);
  const oldest = readUploadName(waiting[0]?.name ?? '')?.startedAt;
  const sending = waiting.filter(({ held }) => held).length;
  const lines = [
    `Destination: ${destination ?? 'none'}`,
    `Spool: ${spool.folder}, ${kibibytes(bytes)} of ${kibibytes(limit)}`,
    `Waiting: ${count(waiting.length, 'report')}` +
      `${oldest === undefined ? '' : `, the oldest of ${oldest}`}${sending > 0 ? `, ${sending} being sent` : ''}`,
    `Rejected: ${count(rejected.length, 'report')}${rejected.length === 0 ? '' : `, in ${spool.rejectedFolder}`}`,
    ...rejected.slice(-SHOWN).map((each) => `  ${each.name}: ${reasonOf(each)}`),
    ...(rejected.length > 0 ? ['  After you fix that:', `    ${command} --retry-rejected`] : []),
    `Last success: ${success === null ? 'none' : `${success.at}, ${printable(success.text, 200)}`}`,
    `Last problem: ${problem === null ? 'none' : `${problem.at}, ${printable(problem.text, LONGEST_REASON)}`}`,
  ];
  return `${lines.join('\n')}\n`;
}

function reasonOf({ reasonPath }: Rejected): string {
  const file = readBounded(reasonPath, LARGEST_REASON, 'a reason');
  return file.ok ? printable(file.bytes.toString('utf8').trim(), LONGEST_REASON) : 'no reason is recorded';
}

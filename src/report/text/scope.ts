/** Which groups a narrowed run covered, for the first and the last line of the text. */
import { few } from '../../common/wording.ts';
import type { Scope } from '../../model/report.ts';

const SHOWN_GROUPS = 6;

/** @returns "only sql was probed", without a full stop, or null for a run that left no group out */
export function describeScope({ groups, narrowedBy, whole }: Scope): string | null {
  if (whole) return null;
  if (narrowedBy.some((flag) => flag.startsWith('--only')))
    return `only ${few(groups, SHOWN_GROUPS)} ${groups.length === 1 ? 'was' : 'were'} probed`;
  const skipped = narrowedBy.map((flag) => flag.replace('--skip ', ''));
  return `not probed: ${few(skipped, SHOWN_GROUPS)}`;
}

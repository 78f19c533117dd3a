import { type Identified, reportFileName } from '../report-names.ts';

/** A name for a report in the archive: from its content, as the name of its file may hold anything. */
export function entryName(report: Identified, taken: ReadonlySet<string>): string {
  const stem = `reports/${reportFileName(report)}`;
  for (let number = 1; ; number += 1) {
    const name = `${stem}${number === 1 ? '' : `-${number}`}.json`;
    if (!taken.has(name)) return name;
  }
}

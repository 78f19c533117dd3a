/** Kept runs made by hand. */
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../../src/delivery/history/digest.ts';
import { digestFrom } from '../../../src/delivery/history/digest.ts';
import { reportFileName } from '../../../src/delivery/report-file-name.ts';
import { toWritten } from '../../../src/model/certificates.ts';
import type { Report } from '../../../src/model/report.ts';
import type { Status } from '../../../src/model/vocabulary.ts';
import { report, target } from '../../report/samples.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** When the newest run of the samples begins, in ms. */
export const NOW = Date.parse('2026-05-04T08:30:00.000Z');

export const BLOB = 'storage-blob/a.blob.core.windows.net:443';
export const SQL = 'sql/b.database.windows.net:1433';

let made = 0;

/** A report of two endpoints at a time, changed as told; each has an id of its own. */
export function run(
  at: number,
  [blob, sql]: readonly [Status, Status] = ['reachable', 'reachable'],
  changes: Partial<Report> = {},
): Report {
  made += 1;
  return report({
    id: `019b76da-a800-7000-8000-${made.toString(16).padStart(12, '0')}`,
    startedAt: new Date(at).toISOString(),
    verdict: blob === 'unreachable' ? 'blocked' : 'ready',
    targets: [
      target('storage-blob', 'a.blob.core.windows.net', 443, { required: true, status: blob }),
      target('sql', 'b.database.windows.net', 1433, { status: sql }),
    ],
    ...changes,
  });
}

export function digest(...parts: Parameters<typeof run>): Digest {
  return digestFrom(run(...parts));
}

/** A report as apim-probe 0.1 wrote it, with schema 1.4. */
export function olderReport(...parts: Parameters<typeof run>): string {
  const { options: _options, scope: _scope, labels: _labels, ...rest } = run(...parts);
  return JSON.stringify({ ...rest, schemaVersion: '1.4.0' }, null, 2);
}

/** Puts reports into a state folder, as runs would. */
export async function fill(state: string, reports: readonly Report[]): Promise<string[]> {
  const folder = join(state, 'reports');
  await mkdir(folder, { recursive: true });
  return reports.map((each) => {
    const path = join(folder, `${reportFileName(each)}.json`);
    writeFileSync(path, JSON.stringify(toWritten(each)));
    return path;
  });
}

/** Stored runs made by hand. */
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../../src/delivery/history/digest.ts';
import { digestFrom } from '../../../src/delivery/history/digest.ts';
import { nextNumber, storedName } from '../../../src/delivery/report-names.ts';
import { toWritten } from '../../../src/model/certificates.ts';
import type { Report } from '../../../src/model/report.ts';
import { SCHEMA_VERSION } from '../../../src/model/schema-version.ts';
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

/** A report of two endpoints at a time, with the given changes; each has an id of its own. */
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

/** A report of the major version before this one, as its own version wrote it. */
export function older(at: number): string {
  return JSON.stringify({ ...toWritten(run(at)), schemaVersion: OLDER_VERSION });
}

export const OLDER_VERSION = `${Number.parseInt(SCHEMA_VERSION, 10) - 1}.4.0`;

/** Puts reports into a state folder in this order, as runs would at the times of the reports. */
export async function fill(state: string, reports: readonly Report[]): Promise<string[]> {
  const folder = join(state, 'reports');
  await mkdir(folder, { recursive: true });
  const first = nextNumber(readdirSync(folder));
  return reports.map((each, place) => {
    const path = join(folder, `${storedName(each, first + place)}.json`);
    writeFileSync(path, JSON.stringify(toWritten(each)));
    const began = new Date(each.startedAt);
    utimesSync(path, began, began);
    return path;
  });
}

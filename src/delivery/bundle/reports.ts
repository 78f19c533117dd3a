/** The reports of a bundle: those that were named, and the newest of a state folder. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBounded } from '../../common/bounded-file.ts';
import { parseJson } from '../../common/json.ts';
import { errorCode, systemReason } from '../../common/system-reason.ts';
import { looksLikeReport } from '../../compare/past-report.ts';
import { LARGEST_REPORT } from '../../model/largest-report.ts';
import { WANTED } from '../../model/read-report.ts';

export type ReportRead =
  | { readonly ok: true; readonly value: object }
  /** A predicate. */
  | { readonly ok: false; readonly problem: string };

/** A JSON file that means to be a report of ours, of whatever version; its values have not been looked at. */
export function readBundledReport(path: string): ReportRead {
  const file = readBounded(path, LARGEST_REPORT, WANTED);
  const json = file.ok ? parseJson(file.bytes, `name ${WANTED}`) : file;
  if (!json.ok) return json;
  if (deeperThan(DEEPEST, json.value))
    return { ok: false, problem: `is nested too deeply for a report; name ${WANTED}` };
  if (looksLikeReport(json.value)) return { ok: true, value: Object(json.value) };
  return { ok: false, problem: `is JSON and no report of apim-probe; name ${WANTED}` };
}

/** Levels of lists and objects; a report has some ten. */
const DEEPEST = 64;

function deeperThan(most: number, value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= most; depth += 1) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}

export type Found =
  | { readonly ok: true; readonly paths: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/**
 * The newest reports of a state folder, by the time in their names.
 * @param state the folder; its reports are in the folder `reports` in it
 */
export function newestReports(state: string, most: number): Found {
  const folder = join(state, 'reports');
  try {
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((file) => file.isFile() && /^apim-probe-report-\d{8}T\d{6}Z-.*\.json$/.test(file.name))
      .map(({ name }) => name)
      .sort()
      .reverse();
    return { ok: true, paths: names.slice(0, most).map((name) => join(folder, name)) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      return { ok: false, problem: 'holds no folder "reports": name the folder of --state' };
    return { ok: false, problem: `cannot be read: ${systemReason(error)}` };
  }
}

/** A name for a report in the archive, from what stands in it and never from its file's name, which may say anything. */
export function entryName(report: object, taken: ReadonlySet<string>): string {
  const { startedAt, id } = report as { startedAt?: unknown; id?: unknown };
  const time =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?Z$/.exec(String(startedAt))?.slice(1) ?? [];
  const end = /^[0-9a-f-]{30}([0-9a-f]{6})$/.exec(String(id))?.[1];
  const stem =
    time.length === 6 && end !== undefined
      ? `apim-probe-report-${time.slice(0, 3).join('')}T${time.slice(3).join('')}Z-${end}`
      : 'report';
  for (let number = 1; ; number += 1) {
    const name = `reports/${stem}${number === 1 ? '' : `-${number}`}.json`;
    if (!taken.has(name)) return name;
  }
}

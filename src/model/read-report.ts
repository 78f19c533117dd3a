/**
 * The only reader of reports: bytes become a JSON value of the right version (`recogniseReport`), the value becomes a
 * report of today's type (`parseReport`). A caller that needs only a few fields does without the second step.
 */
import { printable } from '../../probes/printable.ts';
import { readBounded } from '../common/bounded-file.ts';
import { jsonShape, parseJson } from '../common/json.ts';
import { fromWritten } from './certificates.ts';
import { LARGEST_REPORT } from './largest-report.ts';
import { readOtherMinor } from './other-minor.ts';
import { parseBounded } from './parse-bounded.ts';
import type { Report } from './report.ts';
import { isOlderFormat, majorOf, otherMajor, READ_MAJOR, SCHEMA_VERSION } from './schema-version.ts';
import { unpackReport } from './unpack-report.ts';
import { WrittenReport } from './written-report.ts';

/** Why a file is not a report that this version reads. */
export interface Refusal {
  readonly ok: false;
  /** A predicate: "is empty; name …". */
  readonly problem: string;
  /** The version of a report of an earlier major; null for everything else. */
  readonly olderVersion: string | null;
  /** The reply of Azure that the file holds instead, as JSON; null for everything else. */
  readonly reply: unknown;
}

/** A JSON value that says it is a report of this major; its fields have not been looked at. */
export interface Recognised {
  readonly ok: true;
  readonly value: object;
}

export type ReportReading =
  | { readonly ok: true; readonly report: Report; readonly notes: readonly string[] }
  | Refusal;

/** What a report's file should be, for messages. */
export const WANTED = 'a JSON report of apim-probe';

const ADVICE = `name ${WANTED}`;
/** Levels of lists and objects; a report has some ten. */
const DEEPEST = 64;
/** Values of all kinds; a report of 10,000 targets with all their evidence has some four million. */
const MOST_VALUES = 10_000_000;

/**
 * Reads a report's file: JSON in UTF-8 or UTF-16, the same in gzip, or a bundle, of which it takes the newest report.
 * @param path absolute
 */
export async function readReportFile(path: string): Promise<Recognised | Refusal> {
  const file = readBounded(path, LARGEST_REPORT, WANTED);
  return file.ok ? readReportBytes(file.bytes) : refuse(file.problem);
}

/** The same for the bytes of such a file. */
export async function readReportBytes(bytes: Uint8Array): Promise<Recognised | Refusal> {
  const unpacked = await unpackReport(bytes);
  return unpacked.ok ? recogniseReport(unpacked.bytes) : refuse(`${unpacked.problem}; ${ADVICE}`);
}

/** Recognises a report in JSON, which is not packed. */
export function recogniseReport(bytes: Uint8Array): Recognised | Refusal {
  const json = parseJson(bytes, ADVICE, shapeProblem);
  if (!json.ok) return refuse(json.problem);
  const { value } = json;
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value)) return foreign(value);
  const version = typeof value.schemaVersion === 'string' ? value.schemaVersion : '';
  const major = majorOf(version);
  if (major === '') return refuse(`is JSON with a schemaVersion that is not one of a report; ${ADVICE}`);
  if (major !== READ_MAJOR) {
    const shown = printable(version, 20);
    const problem = `${otherMajor(shown)}; use the version that wrote it, or probe again`;
    return { ...refuse(problem), olderVersion: isOlderFormat(version) ? shown : null };
  }
  return { ok: true, value };
}

/**
 * Checks all fields of a recognised report. One of another minor version is read as one of this version, as far as the
 * two have the same fields; the notes say so.
 */
export function parseReport(value: object): ReportReading {
  const version = 'schemaVersion' in value ? String(value.schemaVersion) : '';
  if (version === SCHEMA_VERSION) return checked(value, []);
  const read = readOtherMinor(value);
  if (!read.ok) return damaged(read.defects);
  return checked(read.value, [
    `it was written with schemaVersion ${printable(version, 20)} and is read as ${SCHEMA_VERSION}: what only one of them knows is left out or empty`,
    ...read.notes,
  ]);
}

function checked(value: object, notes: readonly string[]): ReportReading {
  const result = parseBounded(WrittenReport, value);
  if (!result.ok) return damaged(result.defects);
  const restored = fromWritten(result.value);
  return restored.ok ? { ...restored, notes } : damaged(restored.problem);
}

/** @param defects as `parseBounded` has them */
export function damaged(defects: string): Refusal {
  return refuse(`is a damaged report (${defects}); probe again`);
}

/** @param problem a predicate */
export function refuse(problem: string): Refusal {
  return { ok: false, problem, olderVersion: null, reply: null };
}

function foreign(value: unknown): Refusal {
  const name = replyIn(value);
  if (name === null) return refuse(`is JSON, but not a report: it has no schemaVersion; ${ADVICE}`);
  return { ...refuse(`is ${name} of Azure, not a report; ${ADVICE}`), reply: value };
}

/** Which of Azure's replies that users save the value looks like. */
function replyIn(value: unknown): string | null {
  const one: unknown = listIn(value)?.[0] ?? value;
  if (typeof one !== 'object' || one === null) return null;
  if ('connectivityStatus' in one || 'networkStatus' in one) return 'a NetworkStatus reply';
  if ('endpoints' in one) return 'an outbound network dependencies reply';
  return 'error' in one ? 'an error message' : null;
}

function listIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  const inner = typeof value === 'object' && value !== null && 'value' in value ? value.value : null;
  return Array.isArray(inner) ? inner : null;
}

/** Before the text is parsed: what is nested deeply exhausts the stack, and a list of a hundred million ones the memory. */
function shapeProblem(text: string): string | null {
  const { depth, values } = jsonShape(text);
  if (depth > DEEPEST) return 'is nested too deeply for a report';
  return values > MOST_VALUES ? 'has more values than a report can have' : null;
}

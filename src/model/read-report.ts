/**
 * The only reader of reports. `recogniseReport` turns bytes into a JSON value of the right version, and `parseReport`
 * turns that into a report of this version. A caller that needs only a few fields can omit the second step.
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

/** The reason why this version cannot read a file as a report. */
export interface Refusal {
  readonly ok: false;
  /** A predicate: "is empty; name …". */
  readonly problem: string;
  /** The version of a report of an earlier major, else null. */
  readonly olderVersion: string | null;
  /** The JSON that the file holds instead, maybe a reply of Azure; else null. */
  readonly reply: unknown;
}

/** A JSON value with a schemaVersion of this major; its other fields are not checked yet. */
export interface Recognised {
  readonly ok: true;
  readonly value: object;
}

export type ReportReading =
  | { readonly ok: true; readonly report: Report; readonly notes: readonly string[] }
  | Refusal;

/** The advice in messages about the wrong file. */
export const WANTED = 'a JSON report of apim-probe';

const ADVICE = `name ${WANTED}`;
/** The limit of nested lists and objects; a report has some ten levels. */
const DEEPEST = 64;
/** The limit of values of all kinds; a report of 10,000 targets with all their evidence has some four million. */
const MOST_VALUES = 10_000_000;

/**
 * Reads a report's file: JSON in UTF-8 or UTF-16, plain or in gzip, or the newest report of a bundle.
 * @param path absolute
 */
export async function readReportFile(path: string): Promise<Recognised | Refusal> {
  const file = readBounded(path, LARGEST_REPORT, WANTED);
  return file.ok ? readReportBytes(file.bytes) : refuse(file.problem);
}

/** Reads the bytes of such a file. */
export async function readReportBytes(bytes: Uint8Array): Promise<Recognised | Refusal> {
  const unpacked = await unpackReport(bytes);
  return unpacked.ok ? recogniseReport(unpacked.bytes) : refuse(`${unpacked.problem}; ${ADVICE}`);
}

/** Recognises a report in unpacked JSON. */
export function recogniseReport(bytes: Uint8Array): Recognised | Refusal {
  const json = parseJson(bytes, ADVICE, shapeProblem);
  if (!json.ok) return refuse(json.problem);
  const { value } = json;
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value))
    return refuseOtherJson(value);
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
 * Checks all fields of a recognised report. A report of another minor version is converted to this version, and the
 * notes name the differences.
 */
export function parseReport(value: object): ReportReading {
  const version = 'schemaVersion' in value ? String(value.schemaVersion) : '';
  if (version === SCHEMA_VERSION) return checkFields(value, []);
  const read = readOtherMinor(value);
  if (!read.ok) return damaged(read.defects);
  return checkFields(read.value, [
    `it was written with schemaVersion ${printable(version, 20)} and is read as ${SCHEMA_VERSION}: fields that only one of them has are left out or empty`,
    ...read.notes,
  ]);
}

function checkFields(value: object, notes: readonly string[]): ReportReading {
  const result = parseBounded(WrittenReport, value);
  if (!result.ok) return damaged(result.defects);
  const restored = fromWritten(result.value);
  return restored.ok ? { ...restored, notes } : damaged(restored.problem);
}

/** @param defects from `parseBounded` */
export function damaged(defects: string): Refusal {
  return refuse(`is a damaged report (${defects}); probe again`);
}

/** @param problem a predicate */
export function refuse(problem: string): Refusal {
  return { ok: false, problem, olderVersion: null, reply: null };
}

function refuseOtherJson(value: unknown): Refusal {
  const name = replyIn(value);
  if (name === null) {
    return { ...refuse(`is JSON, but not a report: it has no schemaVersion; ${ADVICE}`), reply: value };
  }
  return { ...refuse(`is ${name} of Azure, not a report; ${ADVICE}`), reply: value };
}

/** The name of the Azure reply that the value looks like. */
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

/** Checks the text before parsing: deep nesting exhausts the stack, and a very long list the memory. */
function shapeProblem(text: string): string | null {
  const { depth, values } = jsonShape(text);
  if (depth > DEEPEST) return 'is nested too deeply for a report';
  return values > MOST_VALUES ? 'has more values than a report can have' : null;
}

/** The targets as CSV by RFC 4180, one line each, for spreadsheets. */
import { type CsvValue, csvLine } from '../common/csv.ts';
import { printable } from '../common/printable.ts';
import { few } from '../common/wording.ts';
import type { Finding, Report, Target } from '../model/report.ts';
import { findingsById } from './finding-of-target.ts';

/** A spreadsheet's cell holds at most 32,767 characters. */
const CELL_CHARACTERS = 2000;
const SHOWN_ADDRESSES = 10;

type Column = readonly [name: string, value: (target: Target, finding: Finding | undefined) => CsvValue];

const COLUMNS: readonly Column[] = [
  ['id', ({ id }) => id],
  ['group', ({ group }) => group],
  ['host', ({ host }) => host],
  ['port', ({ port }) => port],
  ['protocol', ({ protocol }) => protocol],
  ['required', ({ required }) => required],
  ['status', ({ status }) => status],
  ['failure', ({ failure }) => failure],
  ['cause', ({ cause }) => cause],
  ['owner', (_, finding) => finding?.owner ?? null],
  ['finding', (_, finding) => finding?.title ?? null],
  ['reason', ({ reason }) => reason],
  [
    'addresses',
    ({ addresses }) =>
      few(
        addresses.map(({ address }) => address),
        SHOWN_ADDRESSES,
      ),
  ],
  ['connectMs', ({ latency }) => latency.connectMs?.median ?? null],
  ['totalMs', ({ latency }) => latency.totalMs?.median ?? null],
  ['lastStatusChange', ({ lastStatusChange }) => lastStatusChange],
  ['flaps', ({ flaps }) => flaps],
  ['serviceTag', ({ serviceTag }) => serviceTag],
  ['resourceType', ({ resourceType }) => resourceType],
  ['purpose', ({ purpose }) => purpose],
  ['until', ({ until }) => until],
  ['sourceKind', ({ source }) => source.kind],
  ['sourceDocument', ({ source }) => source.document],
  ['sourceAsOf', ({ source }) => source.asOf],
];

/** @returns the lines, each with its end; the first one has the names of the columns */
export function* renderCsv(report: Report): Generator<string> {
  const findings = findingsById(report);
  yield csvLine(COLUMNS.map(([name]) => name));
  for (const target of report.targets) {
    const finding = findings.get(target.id);
    yield csvLine(COLUMNS.map(([, value]) => cell(value(target, finding))));
  }
}

function cell(value: CsvValue): CsvValue {
  return typeof value === 'string' ? printable(value, CELL_CHARACTERS) : value;
}

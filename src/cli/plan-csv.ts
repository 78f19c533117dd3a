/** The plan as CSV by RFC 4180, for the spreadsheet of a firewall request. */
import { type CsvValue, csvLine } from '../common/csv.ts';
import type { PlannedControl, PlannedTarget } from '../plan/types.ts';
import type { Listing } from './plan-listing.ts';

type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], CsvValue>>>;

const COLUMNS = [
  'kind',
  'id',
  'group',
  'host',
  'port',
  'transport',
  'protocol',
  'required',
  'serviceTag',
  'direction',
  'purpose',
  'testable',
  'reason',
  'resourceType',
  'since',
  'until',
  'sourceKind',
  'sourceDocument',
  'sourceAsOf',
] as const;

function targetRow(target: PlannedTarget): Row {
  const { source, ...fields } = target;
  return { ...fields, sourceKind: source.kind, sourceDocument: source.document, sourceAsOf: source.asOf };
}

function controlRow({ name, destination, purpose }: PlannedControl): Row {
  return { kind: 'control', id: name, host: destination, purpose };
}

export function planCsv({ targets, controls }: Listing): string {
  const rows = [...targets.map(targetRow), ...(controls ?? []).map(controlRow)];
  const lines = rows.map((row) => csvLine(COLUMNS.map((column) => row[column] ?? null)));
  return [csvLine(COLUMNS), ...lines].join('');
}

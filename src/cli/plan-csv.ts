/** The plan as CSV by RFC 4180, for the spreadsheet of a firewall request. */
import type { PlannedControl, PlannedTarget } from '../plan/types.ts';
import type { Listing } from './plan-listing.ts';

type Field = string | number | boolean | null;
type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], Field>>>;

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

/** Spreadsheets run such text as a formula (OWASP, CSV injection); a leading apostrophe makes it text. */
const FORMULA = /^[=+\-@\t\r]/;

function csvField(value: Field): string {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function targetRow(target: PlannedTarget): Row {
  const { source, ...fields } = target;
  return { ...fields, sourceKind: source.kind, sourceDocument: source.document, sourceAsOf: source.asOf };
}

function controlRow({ name, destination, purpose }: PlannedControl): Row {
  return { kind: 'control', id: name, host: destination, purpose };
}

export function planCsv({ targets, controls }: Listing): string {
  const rows = [...targets.map(targetRow), ...(controls ?? []).map(controlRow)];
  const lines = rows.map((row) => COLUMNS.map((column) => csvField(row[column] ?? null)).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

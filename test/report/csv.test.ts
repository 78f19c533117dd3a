/** The targets as CSV, as Python's parser reads them. */
import t from 'tap';
import type { Report } from '../../src/model/report.ts';
import { renderCsv } from '../../src/report/csv.ts';
import { consume, unlessInstalled, whole } from './consumers.ts';
import { HOSTILE, hostileReport } from './hostile-report.ts';
import { DROPPED, finding, report, target, withDropped } from './samples.ts';

const skip = unlessInstalled({ '/usr/bin/python3': 'python3' });

const READER = `
import csv, io, json, sys
text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="")
print(json.dumps(list(csv.reader(text, strict=True))))
`;

type Row = Readonly<Record<string, string>>;

function readBack(given: Report): Row[] {
  const { code, out, err } = consume('/usr/bin/python3', ['-c', READER], whole(renderCsv(given)));
  if (code !== 0) throw new Error(err);
  const [names = [], ...rows] = JSON.parse(out) as string[][];
  for (const row of rows) if (row.length !== names.length) throw new Error(`${row.length} cells`);
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? ''])));
}

t.test('a line for each target, with its cause and owner', { skip }, async (t) => {
  const rows = readBack(report({ targets: withDropped(['sql']), findings: [finding()] }));
  t.equal(rows.length, report().targets.length);
  t.match(
    rows.find(({ group }) => group === 'sql'),
    {
      id: 'sql/contoso-probe.database.windows.net:1433',
      host: 'contoso-probe.database.windows.net',
      port: '1433',
      required: 'true',
      status: 'unreachable',
      failure: 'tcp_timeout',
      cause: 'outbound-dropped',
      owner: 'network',
      finding: 'Outbound TCP 1433 to Azure SQL is dropped without a word',
      connectMs: '',
    },
  );
  t.match(rows[0], { status: 'reachable', cause: '', owner: '', connectMs: '2.1', addresses: '20.60.1.4' });
  t.match(
    whole(renderCsv(report({ targets: [] }))),
    /^id,group,host,[a-zA-Z,]+\r\n$/,
    'lines end as in RFC 4180',
  );
});

t.test('no cell is a formula, in a program with any separator', { skip }, async (t) => {
  const starts = ['=1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', 'a;=1', '"=1'];
  const rows = readBack(
    report({
      targets: starts.map((start) => target('custom', start, 1, { purpose: start, serviceTag: start })),
    }),
  );
  t.strictSame(
    rows.map(({ host }) => host),
    ["'=1", "'+1", "'-1", "'@SUM(1)", '\\u{9}=1', '\\u{d}=1', "a;'=1", '"=1'],
  );
  const cells = [...rows, ...readBack(hostileReport())].flatMap((row) => Object.values(row));
  t.strictSame(
    cells.filter((cell) => /^[=+\-@\t\r]/.test(cell)),
    [],
  );
  t.ok(cells.some((cell) => cell.startsWith("'=cmd|")) && HOSTILE.startsWith('='));
});

t.test('2,000 targets come in pieces of one line', { skip }, async (t) => {
  const targets = Array.from({ length: 2000 }, (_, number) =>
    target('custom', `host${number}.contoso.example`, 443, DROPPED),
  );
  const given = report({ targets, findings: [finding({ evidence: targets.map(({ id }) => id) })] });
  const pieces = [...renderCsv(given)];
  t.equal(pieces.length, 2001);
  t.ok(pieces.every((piece) => piece.endsWith('\n') && piece.length < 1000));
  t.equal(readBack(given).length, 2000);
});

import t from 'tap';
import { planCsv } from '../../src/cli/plan-csv.ts';
import { planJson } from '../../src/cli/plan-json.ts';
import type { Listing } from '../../src/cli/plan-listing.ts';
import { planTable } from '../../src/cli/plan-table.ts';
import { GROUPS } from '../../src/model/vocabulary.ts';
import type { PlannedTarget } from '../../src/plan/types.ts';

function target(changes: Partial<PlannedTarget>): PlannedTarget {
  return {
    id: 'sql/a.database.windows.net:1433',
    group: 'sql',
    resourceType: 'SQLDatabase',
    host: 'a.database.windows.net',
    port: 1433,
    transport: 'tcp',
    protocol: 'tds',
    conversation: 'tds',
    required: true,
    serviceTag: 'Sql',
    direction: 'outbound',
    purpose: 'Azure SQL',
    source: { kind: 'catalog', document: 'A document', asOf: '2026-04-30', name: null },
    since: null,
    until: null,
    vip: null,
    path: null,
    testable: true,
    reason: null,
    kind: 'endpoint',
    ...changes,
  };
}

const LISTING: Listing = {
  cloud: 'public',
  absences: [{ hosts: ['kms.core.cloudapi.de'], reason: 'It belongs to a closed cloud.' }],
  region: null,
  scope: { groups: [...GROUPS], narrowedBy: [], whole: true },
  targets: [
    target({}),
    target({
      group: 'custom',
      host: '2001:db8::1',
      port: 1,
      protocol: 'tcp',
      serviceTag: null,
      required: false,
    }),
    target({
      group: 'control-plane',
      host: `${'long-name.'.repeat(5)}example`,
      direction: 'inbound',
      testable: false,
      reason:
        'nothing inside the subnet can see what comes in from outside, so this row is for the firewall request alone',
      kind: 'note',
    }),
  ],
  controls: null,
  notes: ['a note'],
};

const CONTROLS = [
  { name: 'clock', destination: 'nothing of its own', purpose: 'this clock against others' },
] as const;

t.test('table: by group, with what is not tested and why, within 80 columns', async (t) => {
  const text = planTable(LISTING, 80);
  t.match(text, /^Cloud: public, region: not known\n/);
  t.match(text, /\nsql\n {2}a\.database\.windows\.net:1433 +tcp tds +required +Sql\n/);
  t.match(text, /\ncustom\n {2}\[2001:db8::1\]:1 +tcp +optional +-\n/);
  t.match(text, /inbound; not tested: nothing inside/);
  t.match(text, /3 endpoints listed; run tests 2 of them\.\n$/);
  t.strictSame(
    text.split('\n').filter((line) => line.length > 80),
    [],
  );
  t.notMatch(text, 'Controls');
  t.match(
    planTable({ ...LISTING, controls: CONTROLS }, 80),
    /Controls\n {2}clock +nothing of its own: this clock/,
  );
});

t.test('table: what --only leaves out is one paragraph', async (t) => {
  const scope = { groups: ['sql'] as const, narrowedBy: ['--only sql'], whole: false };
  const text = planTable({ ...LISTING, scope: { ...scope, groups: [...scope.groups] } }, 80);
  t.match(text, /\nsql\n {2}a\.database/);
  t.notMatch(text, '2001:db8::1');
  t.notMatch(text, 'Left out on purpose');
  t.match(
    text,
    '\n\nLeft out by --only sql: 2 endpoints of 2 groups. --format json lists them.\n\n' +
      '1 endpoint listed; run tests 1 of them.\n',
  );
});

t.test('table: a name cannot drive the terminal', async (t) => {
  const text = planTable({ ...LISTING, targets: [target({ purpose: 'x', serviceTag: '\u001b[31m' })] }, 80);
  t.notMatch(text, '\u001b');
});

t.test('JSON: the targets as planned', async (t) => {
  const json = JSON.parse(planJson(LISTING));
  t.strictSame(json.targets, LISTING.targets);
  t.match(json, { cloud: 'public', region: null, controls: null, notes: ['a note'] });
  t.strictSame(JSON.parse(planJson({ ...LISTING, controls: CONTROLS })).controls, CONTROLS);
  t.strictSame(JSON.parse(planJson(LISTING)).absences, LISTING.absences);
  t.match(planTable(LISTING, 80), /Left out on purpose\n {2}kms\.core\.cloudapi\.de: It belongs/);
});

t.test('CSV: RFC 4180, and no field is a formula', async (t) => {
  const rude = target({
    purpose: '=cmd|"/c calc"!A1',
    serviceTag: '+1',
    host: '@x',
    reason: 'two\r\nlines, "quoted"',
  });
  const csv = planCsv({ ...LISTING, targets: [rude, target({})], controls: CONTROLS });
  const [header = '', ...rest] = csv.split('\r\n');
  t.equal(header.split(',').length, 19);
  t.match(csv, /"'=cmd\|""\/c calc""!A1"/);
  t.match(csv, ",'+1,");
  t.match(csv, ",'@x,");
  t.match(csv, '"two\r\nlines, ""quoted"""');
  t.match(rest.at(-2), /^control,clock,,nothing of its own,/);
  t.equal(rest.at(-1), '', 'ends in a line end');
  const plain = rest.findLast((line) => line.startsWith('endpoint,sql/a.'));
  t.equal(plain?.split(',').length, 19, 'as many fields as the header');
  t.match(plain, /,1433,tcp,tds,true,Sql,outbound,/);
});

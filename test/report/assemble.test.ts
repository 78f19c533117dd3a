import t from 'tap';
import { summarise, verdict } from '../../src/diagnosis/verdict.ts';
import { type Finding, Report, type Target } from '../../src/model/report.ts';
import { assemble, type Parts } from '../../src/report/assemble.ts';
import { VERSION } from '../../src/version.ts';
import { planWith } from '../plan/places.ts';
import { finding, report, target, wholeCatalogue } from './samples.ts';

const STARTED = Date.parse('2026-05-04T08:30:00.000Z');
const { environment, controls, options, scope, labels } = report();

function partsWith(changes: Partial<Parts> = {}): Parts {
  return {
    options,
    scope,
    labels,
    startedAt: STARTED,
    finishedAt: STARTED + 4210,
    interrupted: null,
    plan: planWith(),
    documents: [],
    preflight: [],
    environment,
    judged: judgedWith(wholeCatalogue()),
    ...changes,
  };
}

function judgedWith(targets: Target[], findings: Finding[] = []): Parts['judged'] {
  return { targets, controls, findings, summary: summarise(targets), verdict: verdict(targets, findings) };
}

t.test('a report is valid, and names its agent and time', async (t) => {
  const made = assemble(partsWith());
  Report.parse(made);
  t.match(made, {
    schemaVersion: Report.shape.schemaVersion.value,
    agent: {
      name: 'apim-probe',
      version: VERSION,
      runtime: `node ${process.versions.node}`,
      arch: process.arch,
    },
    startedAt: '2026-05-04T08:30:00.000Z',
    finishedAt: '2026-05-04T08:30:04.210Z',
    durationMs: 4210,
    interrupted: null,
    verdict: 'ready',
    environment,
    controls,
    options,
    scope,
    labels,
  });
  t.match(VERSION, /^\d+\.\d+\.\d+/);
});

t.test('every report has an id of its own, and later ones sort later', async (t) => {
  const ids = Array.from({ length: 100 }, () => assemble(partsWith()).id);
  t.equal(new Set(ids).size, 100);
  const times = ids.map((id) => id.slice(0, 13));
  t.same(times, times.toSorted());
});

t.test('targets are sorted by group and id, in any order of observation', async (t) => {
  const forth = assemble(partsWith());
  const back = assemble(partsWith({ judged: judgedWith(wholeCatalogue().toReversed()) }));
  t.same(back.targets, forth.targets);
  const [first, , third] = forth.targets;
  t.equal(first?.group, 'storage-blob');
  t.equal(third?.group, 'storage-queue');
  const same = ['b', 'a', 'c'].map((host) => target('custom', host, 443));
  const sorted = assemble(partsWith({ judged: judgedWith(same) })).targets;
  t.same(
    sorted.map(({ host }) => host),
    ['a', 'b', 'c'],
  );
});

t.test('findings stay in the order of the diagnosis', async (t) => {
  const findings = [finding({ cause: 'dns-tampered' }), finding({ cause: 'block-page' })];
  const made = assemble(partsWith({ judged: judgedWith(wholeCatalogue(), findings) }));
  t.same(
    made.findings.map(({ cause }) => cause),
    ['dns-tampered', 'block-page'],
  );
});

t.test('an untestable endpoint is listed with its reason', async (t) => {
  const plan = planWith();
  const { notTestable } = assemble(partsWith({ plan }));
  t.equal(notTestable.length, plan.targets.filter(({ kind }) => kind === 'note').length);
  t.ok(notTestable.every(({ reason }) => reason.length > 0));
  t.ok(notTestable.some(({ endpoint }) => endpoint === 'control-plane/<api-management>:3443'));
  t.ok(notTestable.some(({ endpoint }) => endpoint.includes('*.data.microsoft.com')));
});

t.test('verdict and counts are those of the judged targets', async (t) => {
  const missing = target('sql', 'a.example', 1433, { required: true, status: 'unreachable' });
  const made = assemble(partsWith({ judged: judgedWith([missing]) }));
  t.equal(made.verdict, 'blocked');
  t.same(made.summary.required, { total: 1, reachable: 0, intermittent: 0, unreachable: 1, untested: 0 });
});

t.test('a subnet that is too small decides the verdict', async (t) => {
  const findings = [finding({ cause: 'subnet-too-small', evidence: [] })];
  const made = assemble(partsWith({ judged: judgedWith(wholeCatalogue(), findings) }));
  t.equal(made.verdict, 'blocked');
  t.equal(made.summary.required.unreachable, 0);
});

for (const interrupted of ['SIGINT', 'SIGTERM', 'deadline', 'defect'] as const) {
  t.test(`a run that ${interrupted} ended is as valid`, async (t) => {
    const targets = wholeCatalogue().map((each) => ({ ...each, status: 'untested' as const }));
    const made = assemble(partsWith({ interrupted, judged: judgedWith(targets) }));
    Report.parse(made);
    t.equal(made.interrupted, interrupted);
    t.equal(made.verdict, 'inconclusive');
  });
}

t.test('a run of nothing is valid too', async (t) => {
  const made = assemble(partsWith({ finishedAt: STARTED - 1, judged: judgedWith([]) }));
  Report.parse(made);
  t.equal(made.durationMs, 0);
});

t.test('20,000 targets are put in order', async (t) => {
  const targets = Array.from({ length: 20_000 }, (_, index) =>
    target('custom', `h${(index * 7919) % 20_000}`, 443),
  );
  const hosts = assemble(partsWith({ judged: judgedWith(targets) })).targets.map(({ id }) => id);
  t.equal(hosts.length, 20_000);
  t.ok(hosts.every((id, at) => at === 0 || (hosts[at - 1] ?? '') <= id));
});

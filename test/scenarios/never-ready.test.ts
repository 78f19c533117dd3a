/** Reports of the lab, narrowed or with a wrong clock or forged DNS answers added: none of them is ready. */
import t from 'tap';
import { exitCode } from '../../src/cli/exit-code.ts';
import type { Report, Target } from '../../src/model/report.ts';
import { judgeAgain } from '../../src/report/judge-again.ts';
import { clock, randomName } from '../diagnosis/build.ts';
import { runAgainst } from './agent-in-lab.ts';

type Control = Report['controls'][number];

/** The report as of a run with `--only` these groups. */
function only(report: Report, groups: readonly Target['group'][]): Report {
  const narrowedBy = groups.map((group) => `--only ${group}`);
  return {
    ...report,
    scope: { groups: [...groups], narrowedBy, whole: false },
    targets: report.targets.map((target) =>
      groups.includes(target.group)
        ? target
        : {
            ...target,
            resolutions: [],
            addresses: [],
            attempts: [],
            reason: 'left out by --only',
            failure: null,
          },
    ),
  };
}

const withControls = (report: Report, change: (control: Control) => Control): Report => ({
  ...report,
  controls: report.controls.map(change),
});

t.test('the healthy report is ready, also when it is narrowed', async (t) => {
  const { report } = await runAgainst('healthy');
  for (const groups of [['sql'], ['smtp'], ['sql', 'key-vault']] as const) {
    t.match(judgeAgain(only(report, groups)), { verdict: 'ready', findings: { length: 0 } }, groups.join());
  }
});

t.test('a wrong clock', async (t) => {
  const { report } = await runAgainst('healthy');
  // The only clock that answered is of a relay that the documents dropped.
  const relay = report.targets.find(
    ({ group, until, status }) => group === 'smtp' && until !== null && status === 'reachable',
  );
  const skewed = withControls(report, (control) =>
    control.name === 'clock' ? clock(6 * 60_000, [relay?.id ?? '']) : control,
  );
  for (const each of [skewed, only(skewed, ['smtp']), only(skewed, ['sql'])]) {
    t.match(judgeAgain(each), {
      verdict: 'degraded',
      findings: [{ cause: 'clock-skew', severity: 'warning' }],
    });
  }
});

t.test('DNS answers that are invented', async (t) => {
  const { report } = await runAgainst('healthy');
  const forged = withControls(report, (control) =>
    control.name === 'dns-random-name' ? randomName('20.99.0.1') : control,
  );
  for (const each of [forged, only(forged, ['sql'])]) {
    t.match(judgeAgain(each), {
      verdict: 'degraded',
      findings: [{ cause: 'dns-tampered', severity: 'warning' }],
    });
  }
});

t.test('a service that refuses this subnet, even one that the documents dropped', async (t) => {
  const { report } = await runAgainst('storage-firewall');
  for (const groups of [['storage-blob'], ['storage-queue'], ['storage-file']] as const) {
    const judged = judgeAgain(only(report, groups));
    t.match(judged, { verdict: 'degraded', findings: [{ cause: 'service-firewall-denied' }] }, groups.join());
    t.equal(exitCode({ report: judged, failOn: 'any', delivered: true }), 1);
  }
  t.match(judgeAgain(only(report, ['sql'])), { verdict: 'ready', findings: { length: 0 } });
});

import t from 'tap';
import { summarise, verdict } from '../../src/diagnosis/verdict.ts';
import { diagnoseTargets, failed, reached, resolved, SERVER, target } from './build.ts';

const limited = (group: 'sql' | 'kms' | 'infrastructure', host: string, code: string, required = false) =>
  target(group, host, {
    required,
    status: 'untested',
    failure: 'local_limit',
    reason: `this VM ran out of something (${code}). Do this.`,
    resolutions: [resolved('20.1.1.1')],
  });

t.test('all endpoints that this VM could not test make one finding', async (t) => {
  const targets = [limited('sql', 'a.net', 'EMFILE', true), limited('kms', 'b.net', 'EADDRNOTAVAIL')];
  const { findings, causes } = diagnoseTargets({ targets });
  t.match(findings, [
    {
      cause: 'vm-limit',
      severity: 'error',
      owner: 'vm',
      title:
        'This VM ran out of open files of this process and free local ports, so 2 endpoints could not be tested',
      evidence: ['sql/a.net:443', 'kms/b.net:443'],
    },
  ]);
  t.equal(findings.length, 1);
  t.match(findings[0]?.remedy, [
    /LimitNOFILE=/,
    /ip_local_port_range/,
    /holds the resources/,
    /--concurrency/,
  ]);
  t.equal(findings[0]?.remedy.length, 4, 'nothing of what this VM has enough of');
  t.same(causes, { 'sql/a.net:443': 'vm-limit', 'kms/b.net:443': 'vm-limit' });
});

t.test('optional endpoints make it a warning', async (t) => {
  t.equal(
    diagnoseTargets({ targets: [limited('kms', 'b.net', 'ENOMEM')] }).single('vm-limit').severity,
    'warning',
  );
});

t.test('it takes nothing from what failed by the network, nor from a ping', async (t) => {
  const ping = { ...limited('infrastructure', 'c.net', 'EAGAIN'), protocol: 'icmp' as const };
  const { causes } = diagnoseTargets({
    targets: [
      ping,
      limited('kms', 'b.net', 'EMFILE'),
      failed('sql', 'a.net', '20.1.1.1', 'tcp_refused', { required: true }),
      target('sql', 'idle.net', { status: 'untested', reason: 'left out by --skip' }),
    ],
  });
  t.same(causes, {
    'infrastructure/c.net:443': 'vm-limit',
    'kms/b.net:443': 'vm-limit',
    'sql/a.net:443': 'outbound-rejected',
    'sql/idle.net:443': null,
  });
});

t.test('a DNS server that could not be queried is not called dead', async (t) => {
  const unasked = {
    ...resolved('20.1.1.1'),
    rcode: 'local_limit',
    failure: 'local_limit' as const,
    addresses: [],
  };
  const targets = [
    { ...limited('sql', 'a.net', 'EMFILE', true), resolutions: [unasked] },
    target('dns', SERVER, {
      port: 53,
      status: 'untested',
      failure: 'local_limit',
      reason: 'ran out (EMFILE)',
    }),
  ];
  t.same(
    diagnoseTargets({ targets }).findings.map(({ cause }) => cause),
    ['vm-limit'],
  );
});

t.test('the verdict is inconclusive, unless something required did fail', async (t) => {
  const verdictOf = (...targets: Parameters<typeof diagnoseTargets>[0]['targets'][number][]) => {
    const judged = diagnoseTargets({ targets });
    return verdict(judged.targets, judged.findings);
  };
  const fine = reached('sql', 'a.net', '20.1.1.1', { required: true });
  const short = limited('sql', 'b.net', 'EMFILE', true);
  t.equal(verdictOf(fine, short), 'inconclusive');
  t.equal(
    verdictOf(fine, short, failed('sql', 'c.net', '20.1.1.1', 'tcp_timeout', { required: true })),
    'blocked',
  );
  t.equal(summarise([short]).required.untested, 1);
});

import t from 'tap';
import type { Facts } from '../../probes/facts.ts';
import { attempt, diagnoseTargets, failed, reached } from './build.ts';

const PLACE = { port: 80, protocol: 'http', required: true } as const;

function answered(host: string, status: number, contentProved?: boolean) {
  const facts: Facts = {
    proof: 'reply',
    ...(contentProved === undefined ? {} : { contentProved }),
    http: { status, headers: {}, bodyBytes: 0, bodyStart: '', blockPage: null },
  };
  return reached('certificates', host, '20.1.1.1', {
    ...PLACE,
    attempts: [attempt('20.1.1.1', null, facts)],
  });
}

t.test('hosts without their file are one remark, and stay reached', async (t) => {
  const { findings, targets, causes } = diagnoseTargets({
    targets: [
      answered('crl3.digicert.com', 404, false),
      answered('oneocsp.microsoft.com', 400, false),
      answered('cacerts.digicert.com', 200, true),
      answered('csp.digicert.com', 404),
    ],
  });
  t.match(findings, [
    {
      cause: 'undetermined',
      severity: 'info',
      title: '2 certificate hosts answered without the file that proves them',
      explanation: 'crl3.digicert.com:80 gave status 404 and oneocsp.microsoft.com:80 gave status 400.',
      evidence: ['certificates/crl3.digicert.com:80', 'certificates/oneocsp.microsoft.com:80'],
      confirm: 'apim-probe run --only certificates',
    },
  ]);
  t.equal(findings.length, 1);
  t.same([...new Set(targets.map(({ status }) => status))], ['reachable']);
  t.same([...new Set(Object.values(causes))], [null]);
});

t.test('one host is named in the singular', async (t) => {
  const { findings } = diagnoseTargets({ targets: [answered('crl3.digicert.com', 404, false)] });
  t.equal(findings[0]?.title, '1 certificate host answered without the file that proves it');
});

t.test('a failure has its own finding, and a proved file none', async (t) => {
  const other = failed('certificates', 'crl3.digicert.com', '20.1.1.1', 'protocol_mismatch', {
    ...PLACE,
    facts: { contentProved: false },
  });
  const { findings } = diagnoseTargets({ targets: [other, answered('crl4.digicert.com', 200, true)] });
  t.match(findings, [{ cause: 'wrong-service', evidence: ['certificates/crl3.digicert.com:80'] }]);
  t.equal(findings.length, 1);
});

t.test('no file at all from hosts of several owners needs a look', async (t) => {
  const bare = ['crl3.digicert.com', 'www.microsoft.com'].map((host) => answered(host, 403, false));
  const { findings, targets } = diagnoseTargets({ targets: bare });
  t.match(findings, [{ severity: 'warning', explanation: 'No certificate host of this run sent its file.' }]);
  t.ok(targets.every(({ status }) => status === 'reachable'));
  const one = ['crl3.digicert.com', 'crl4.digicert.com'].map((host) => answered(host, 404, false));
  t.equal(diagnoseTargets({ targets: one }).findings[0]?.severity, 'info', 'hosts of one owner');
});

t.test('a denied file needs a look, although another host sent its own', async (t) => {
  for (const [status, severity] of [
    [403, 'warning'],
    [451, 'warning'],
    [404, 'info'],
    [503, 'info'],
  ] as const) {
    const { findings } = diagnoseTargets({
      targets: [answered('crl3.digicert.com', status, false), answered('cacerts.digicert.com', 200, true)],
    });
    t.match(findings, [{ severity, explanation: `crl3.digicert.com:80 gave status ${status}` }]);
  }
});

t.test('another text in the place of the file is quoted', async (t) => {
  const facts: Facts = {
    error: 'not a revocation list',
    contentProved: false,
    http: { status: 200, headers: {}, bodyBytes: 24, bodyStart: '<h1>Access denied</h1>', blockPage: null },
  };
  const other = failed('certificates', 'crl3.digicert.com', '20.1.1.1', 'protocol_mismatch', {
    ...PLACE,
    facts,
  });
  const { findings } = diagnoseTargets({ targets: [other] });
  t.match(findings[0]?.explanation, 'not a revocation list; it sent “Access denied”');
});

import t from 'tap';
import type { Failure } from '../../probes/failures.ts';
import { diagnoseTargets, failed, reached } from './build.ts';

const RELAY = 'relay.example.net';
const MAIL = { protocol: 'smtp', serviceTag: 'Internet' } as const;
const DROPPED = { until: '2022-01-01' } as const;

const silent = (port: number, host = RELAY, address = '20.9.9.9') =>
  failed('smtp', host, address, 'tcp_timeout', { ...MAIL, port });
const answers = (port: number, host = RELAY, address = '20.9.9.9') =>
  reached('smtp', host, address, { ...MAIL, port });
const web = reached('entra-id', 'login.microsoftonline.com', '20.1.1.1');

t.test('port 25 is silent and another mail port of the same host is not', async (t) => {
  for (const port of [587, 25_028]) {
    const { findings, causes } = diagnoseTargets({ targets: [silent(25), answers(port), web] });
    t.equal(findings.length, 1);
    t.match(findings[0], {
      cause: 'smtp-port-25-blocked',
      severity: 'warning',
      owner: 'platform',
      title: 'Azure blocks mail on port 25',
      explanation: `relay.example.net:25 (20.9.9.9; 3 attempts), while relay.example.net:${port} answered`,
      evidence: [`smtp/${RELAY}:25`],
      confirm: 'apim-probe run --only smtp',
    });
    t.equal(causes[`smtp/${RELAY}:25`], 'smtp-port-25-blocked');
  }
});

t.test('one block is one finding, however many relays it cuts off', async (t) => {
  const other = ['other.example.net', '20.9.9.8'] as const;
  const { findings } = diagnoseTargets({
    targets: [silent(25), answers(587), silent(25, ...other), answers(587, ...other), web],
  });
  t.same(
    findings.map(({ cause, evidence }) => [cause, evidence]),
    [['smtp-port-25-blocked', ['smtp/other.example.net:25', 'smtp/relay.example.net:25']]],
  );
});

t.test('a relay that the documents dropped is a remark', async (t) => {
  const { single } = diagnoseTargets({
    targets: [{ ...silent(25), ...DROPPED }, { ...answers(587), ...DROPPED }, web],
  });
  t.equal(single('smtp-port-25-blocked').severity, 'info');
});

t.test('what else is not fine on the other port does not matter, as long as it answers', async (t) => {
  const failures: readonly Failure[] = ['tcp_refused', 'protocol_refused', 'tls_untrusted'];
  for (const failure of failures) {
    const { causes } = diagnoseTargets({
      targets: [silent(25), failed('smtp', RELAY, '20.9.9.9', failure, { ...MAIL, port: 587 }), web],
    });
    t.equal(causes[`smtp/${RELAY}:25`], 'smtp-port-25-blocked', failure);
    t.not(causes[`smtp/${RELAY}:587`], 'smtp-port-25-blocked', failure);
  }
});

t.test('anything else is not that block', async (t) => {
  const unrouted = failed('smtp', RELAY, '20.9.9.9', 'tcp_unreachable', { ...MAIL, port: 587 });
  for (const [name, targets] of [
    ['all mail ports are silent', [silent(25), silent(587), silent(25_028)]],
    ['the other port has no route', [silent(25), unrouted]],
    ['only another host answers', [silent(25), answers(587, 'other.example.net', '20.9.9.8')]],
    ['another port than one for mail answers', [silent(25), answers(443)]],
    ['a public relay answers on port 25', [silent(25), answers(587), answers(25, 'open.net', '20.9.9.7')]],
    ['the relay is a private one', [silent(25, RELAY, '10.9.9.9'), answers(587, RELAY, '10.9.9.9')]],
  ] as const) {
    const { causes } = diagnoseTargets({ targets: [...targets, web] });
    t.equal(causes[`smtp/${RELAY}:25`], 'outbound-dropped', name);
  }
  const refused = failed('smtp', RELAY, '20.9.9.9', 'tcp_refused', { ...MAIL, port: 25 });
  t.equal(diagnoseTargets({ targets: [refused, answers(587), web] }).causes[refused.id], 'outbound-rejected');
});

t.test('a private relay on port 25 does not speak against it', async (t) => {
  const inside = answers(25, 'mail.contoso.internal', '10.9.9.9');
  const { single } = diagnoseTargets({ targets: [silent(25), answers(587), inside, web] });
  t.same(single('smtp-port-25-blocked').evidence, [`smtp/${RELAY}:25`]);
});

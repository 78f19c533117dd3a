import { join } from 'node:path';
import { CUSTOM_DNS } from './azure.ts';
import { findingsOf } from './judge.ts';
import { postfix } from './mail.ts';
import { type Scene, scene } from './scene.ts';

const RUN = ['--only', 'smtp'];

const body: Scene = async (t, subnet) => {
  await t.test('are reached by SMTP up to their certificates', async (t) => {
    const { report, stderr } = await subnet.vm.probe(RUN);
    const relays = report.targets.filter(({ protocol }) => protocol === 'smtp');
    t.same([...new Set(relays.map(({ port }) => port))].toSorted(), [25, 25_028, 587], 'on each port', {
      stderr,
    });
    for (const { id, status, attempts } of relays) {
      t.equal(status, 'reachable', id);
      t.match(attempts[0]?.facts, {
        proof: 'reply',
        smtp: { banner: /Postfix/, startTls: true },
        tls: { nameMatches: true },
      });
    }
  });

  await t.test('on a port 25 that Azure blocks', async (t) => {
    await using _ = await subnet.fault('tcp dport 25 drop');
    const outcome = await subnet.vm.probe([...RUN, '--timeout', '1000']);
    const blocked = findingsOf(outcome, 'smtp-port-25-blocked');
    t.equal(blocked.length, 1, 'one finding', { stderr: outcome.stderr });
    t.match(blocked[0], { severity: 'info', owner: 'platform' });
    const silent = outcome.report.targets.filter(({ port, protocol }) => protocol === 'smtp' && port === 25);
    t.same(blocked[0]?.evidence.toSorted(), silent.map(({ id }) => id).toSorted());
    t.same(findingsOf(outcome, 'outbound-dropped'), []);
  });

  await t.test('that refuse this client in their greeting', async (t) => {
    const certificate = await subnet.authority.issue(['relay.systemtest.example']);
    for (const [restriction, code, title, remedy] of [
      ['reject', '554', /refuse, with 554$/, /block list/],
      ['defer', '450', /refuse for now, with 450$/, /greylisting/],
    ] as const) {
      await using _relay = await postfix(
        subnet.azure,
        join(subnet.folder, restriction),
        [{ address: CUSTOM_DNS, port: 587 }],
        certificate,
        { smtpd_delay_reject: 'no', smtpd_client_restrictions: restriction },
      );
      await using _divert = await subnet.divert(`tcp dport 587 dnat ip to ${CUSTOM_DNS}`);
      const outcome = await subnet.vm.probe(RUN);
      const refused = findingsOf(outcome, 'service-refused');
      t.match(
        refused,
        [{ severity: 'info', owner: 'service', title, explanation: /Client host rejected/ }],
        code,
        {
          stderr: outcome.stderr,
        },
      );
      t.match(refused[0]?.remedy.join(' '), remedy);
      const relays = outcome.report.targets.filter(
        ({ protocol, port }) => protocol === 'smtp' && port === 587,
      );
      t.equal(refused[0]?.evidence.length, relays.length, 'one finding for all relays');
      for (const relay of relays) {
        t.match(
          relay,
          { status: 'unreachable', failure: 'protocol_refused', cause: 'service-refused' },
          relay.id,
        );
        t.match(relay.attempts[0]?.facts.refusal, {
          to: 'the connection',
          code,
          text: /Client host rejected/,
        });
      }
    }
  });
};

await scene('mail relays', [], body, { args: RUN, whole: true });

/** Servers that answer twice in two ways, and other addresses that were dialled. */
import t from 'tap';
import type { Control } from '../../src/model/controls.ts';
import type { Resolution, Target } from '../../src/model/report.ts';
import {
  addressOf,
  azureDns,
  diagnoseTargets,
  failed,
  OTHER_SERVER,
  reached,
  resolved,
  SERVER,
  unanswered,
  unresolved,
} from './build.ts';

const HOST = 'contoso.vault.azure.net';
const ID = `key-vault/${HOST}:443`;
const AZURE = '168.63.129.16';

/** The second answer of a server for the host. */
function second(rcode: string, addresses: readonly string[] = [], server = SERVER): Control {
  const answer = { server, name: HOST, rcode, addresses: [...addresses], cname: [], authority: [], ms: 1 };
  return {
    name: 'dns-second-answer',
    outcome: 'expected',
    detail: { text: 'asked', asked: 1, answers: [answer] },
  };
}

const vaultAt = (address: string, given: Partial<Target> = {}) =>
  reached('key-vault', HOST, address, { required: true, addressesFrom: SERVER, ...given });
const failing = (address: string, given: Partial<Target> = {}) =>
  failed('key-vault', HOST, address, 'tcp_timeout', {
    required: true,
    addressesFrom: SERVER,
    resolutions: [resolved(address)],
    ...given,
  });

t.test('dns-answers-change', async (t) => {
  t.test('a name that is missing at first is explained, and by this alone', async (t) => {
    const { findings, causes } = diagnoseTargets({
      targets: [unresolved('key-vault', HOST, [unanswered('dns_nxdomain')], { required: true })],
      controls: [second('NOERROR', ['20.7.7.7'])],
    });
    t.match(findings, [
      {
        cause: 'dns-answers-change',
        severity: 'error',
        owner: 'dns',
        explanation: `${SERVER} answers NXDOMAIN for ${HOST}, and asked again 20.7.7.7.`,
        evidence: [ID],
        confirm: 'apim-probe run --only key-vault',
      },
    ]);
    t.equal(findings.length, 1);
    t.equal(causes[ID], 'dns-answers-change');
  });

  t.test('so is another name that this server lacked twice, and not one that another lacked', async (t) => {
    const missing = (host: string, server: string) =>
      unresolved('storage-blob', host, [unanswered('dns_nxdomain', { server })], { required: true });
    const { causes } = diagnoseTargets({
      servers: [SERVER, OTHER_SERVER],
      targets: [
        unresolved('key-vault', HOST, [unanswered('dns_nxdomain')], { required: true }),
        missing('a.blob.core.windows.net', SERVER),
        missing('b.blob.core.windows.net', OTHER_SERVER),
      ],
      controls: [second('NOERROR', ['20.7.7.7'])],
    });
    t.equal(causes['storage-blob/a.blob.core.windows.net:443'], 'dns-answers-change');
    t.not(causes['storage-blob/b.blob.core.windows.net:443'], 'dns-answers-change');
  });

  t.test('a public address that fails, and then another one: both explanations are named', async (t) => {
    for (const [failure, cause] of [
      ['tcp_refused', 'outbound-rejected'],
      ['tcp_timeout', 'outbound-dropped'],
    ] as const) {
      const target = failing('20.7.7.7', {
        failure,
        attempts: failed('key-vault', HOST, '20.7.7.7', failure).attempts,
      });
      const { findings } = diagnoseTargets({
        targets: [target],
        controls: [second('NOERROR', ['20.7.7.8'])],
      });
      const found = findings.find((finding) => finding.cause === cause);
      t.match(found?.explanation, `Asked again, ${SERVER} gave 20.7.7.8 for ${HOST}`);
    }
  });

  t.test('a public address that fails, and then a private one', async (t) => {
    const { causes } = diagnoseTargets({
      targets: [failing('20.7.7.7')],
      controls: [second('NOERROR', ['10.2.0.4'])],
    });
    t.equal(causes[ID], 'dns-answers-change');
  });

  t.test('is a warning while the endpoint is reached, in the place of other findings', async (t) => {
    const both = [resolved('10.2.0.4'), unanswered('dns_servfail', { server: OTHER_SERVER })];
    const { findings } = diagnoseTargets({
      servers: [SERVER, OTHER_SERVER],
      targets: [vaultAt('10.2.0.4', { resolutions: both })],
      controls: [second('NOERROR', ['10.2.0.4'], OTHER_SERVER)],
    });
    t.match(findings, [{ cause: 'dns-answers-change', severity: 'warning', title: OTHER_SERVER }]);
    t.equal(findings.length, 1);
  });

  t.test('two private addresses differ, public ones rotate', async (t) => {
    const findingsFor = (before: readonly string[], after: readonly string[]) =>
      diagnoseTargets({
        targets: [vaultAt(before[0] ?? '', { resolutions: [resolved(before[0] ?? '')] })],
        controls: [second('NOERROR', after)],
      }).findings;
    t.match(findingsFor(['10.2.0.4'], ['10.2.0.9']), [{ cause: 'dns-answers-change' }]);
    t.same(findingsFor(['10.2.0.4'], ['10.2.0.9', '10.2.0.4']), []);
    t.same(findingsFor(['20.7.7.7'], ['20.7.7.8']), []);
  });

  t.test('names of one’s own may be balanced by DNS', async (t) => {
    for (const group of ['gateway', 'custom'] as const) {
      const balanced = reached(group, HOST, '10.2.0.4', { addressesFrom: SERVER });
      const { findings } = diagnoseTargets({
        targets: [balanced],
        controls: [second('NOERROR', ['10.3.0.4'])],
      });
      t.notOk(
        findings.some(({ cause }) => cause === 'dns-answers-change'),
        group,
      );
    }
  });

  t.test('silence is no answer, and leaves a failure behind a good connection alone', async (t) => {
    t.same(
      diagnoseTargets({ targets: [vaultAt('10.2.0.4')], controls: [second('dns_timeout')] }).findings,
      [],
    );
    const cut = failed('key-vault', HOST, '20.7.7.7', 'tls_reset', { addressesFrom: SERVER });
    const { causes } = diagnoseTargets({ targets: [cut], controls: [second('NOERROR', ['10.2.0.4'])] });
    t.equal(causes[ID], 'undetermined');
  });
});

function otherAddress(address: string, works = true, server = AZURE): Control {
  return {
    name: 'dns-other-address',
    outcome: works ? 'anomalous' : 'expected',
    detail: {
      ...{ text: 'dialled', target: ID, address, server, instead: '20.60.7.7', works },
      failure: works ? null : 'tcp_timeout',
    },
  };
}

t.test('dns-servers-disagree: the service is at another address', async (t) => {
  const azure = azureDns({ [HOST]: '20.7.7.7' });

  t.test('that Azure DNS knows', async (t) => {
    const { findings, causes } = diagnoseTargets({
      targets: [failing('20.60.7.7')],
      controls: [azure, otherAddress('20.7.7.7')],
    });
    t.match(findings, [
      {
        cause: 'dns-servers-disagree',
        severity: 'error',
        title: `${SERVER} leads ${HOST} elsewhere than Azure DNS (${AZURE}), and that fails`,
        confirm: 'apim-probe run --only key-vault',
      },
    ]);
    t.equal(findings.length, 1);
    t.equal(causes[ID], 'dns-servers-disagree');
    t.notMatch(findings[0]?.remedy.join(' '), 'all servers', 'there is one');
  });

  t.test('that the second server knows', async (t) => {
    const both = [resolved('20.60.7.7'), resolved('20.7.7.7', OTHER_SERVER)];
    const { single } = diagnoseTargets({
      servers: [SERVER, OTHER_SERVER],
      targets: [failing('20.60.7.7', { resolutions: both })],
      controls: [otherAddress('20.7.7.7', true, OTHER_SERVER)],
    });
    t.match(single('dns-servers-disagree').title, `elsewhere than ${OTHER_SERVER}`);
    t.match(single('dns-servers-disagree').remedy.join(' '), 'Give all servers the same zones');
  });

  t.test('is not claimed without evidence, nor for one more address of the service', async (t) => {
    const chain = ['contoso.vault.azure.net.trafficmanager.net'];
    const aliased = azureDns({ [HOST]: '20.7.7.7' });
    if (aliased.name === 'azure-dns')
      for (const answer of aliased.detail.answers) answer.cname.push(...chain);
    for (const [controls, resolutions] of [
      [[azure, otherAddress('20.7.7.7', false)], [resolved('20.60.7.7')]],
      [[azure], [resolved('20.60.7.7')]],
      [[aliased, otherAddress('20.7.7.7')], [resolved('20.60.7.7', SERVER, chain)]],
      [[azure, otherAddress('20.7.7.7'), second('NOERROR', ['20.7.7.7'])], [resolved('20.60.7.7')]],
    ] as [Control[], Resolution[]][]) {
      const { causes } = diagnoseTargets({ targets: [failing('20.60.7.7', { resolutions })], controls });
      t.equal(causes[ID], 'outbound-dropped');
    }
  });

  t.test('a name of one’s own has another address in the public view, which is no fault', async (t) => {
    for (const group of ['gateway', 'custom'] as const) {
      const own = failed(group, HOST, '10.2.0.4', 'tcp_timeout', { addressesFrom: SERVER });
      const control = otherAddress('20.7.7.7');
      if (control.name === 'dns-other-address') control.detail.target = own.id;
      const { causes } = diagnoseTargets({ targets: [own], controls: [azure, control] });
      t.equal(causes[own.id], 'outbound-dropped', group);
    }
  });

  t.test('a private address is left to its path while a private endpoint exists', async (t) => {
    const aliased = azureDns({ [HOST]: '20.7.7.7' });
    const causeWith = (control: Control) =>
      diagnoseTargets({
        targets: [failing('10.2.0.4', { addresses: [addressOf('10.2.0.4')] })],
        controls: [control, otherAddress('20.7.7.7')],
      }).causes[ID];
    t.equal(causeWith(aliased), 'dns-servers-disagree', 'the record is stale');
    if (aliased.name !== 'azure-dns') throw new Error('not the control');
    for (const answer of aliased.detail.answers) answer.cname.push('contoso.privatelink.vaultcore.azure.net');
    t.equal(causeWith(aliased), 'outbound-dropped');
  });
});

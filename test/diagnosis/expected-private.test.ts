/** A public answer for a name that the user demands to be private. */
import t from 'tap';
import { serviceSuffixes } from '../../src/catalog/index.ts';
import { diagnose } from '../../src/diagnosis/index.ts';
import { zoneOfSuffix } from '../../src/diagnosis/private-zones.ts';
import type { Target } from '../../src/model/report.ts';
import { CLOUDS } from '../../src/model/vocabulary.ts';
import {
  addressOf,
  azureDns,
  failed,
  OTHER_SERVER,
  observations,
  reached,
  resolved,
  SERVER,
} from './build.ts';

const HOST = 'contoso.vault.azure.net';
const ALIAS = 'contoso.privatelink.vaultcore.azure.net';
const vault = (changes: Partial<Target> = {}) => reached('key-vault', HOST, '20.1.2.3', changes);

function judge(
  expectPrivate: readonly string[],
  targets: readonly Target[],
  parts: Partial<Parameters<typeof observations>[0]> = {},
) {
  const options = { expectPrivate: { value: [...expectPrivate], from: 'flag' as const } };
  return diagnose({ ...observations({ targets, ...parts }), options });
}

t.test('the finding names host, address, server and zone; the status stays', async (t) => {
  const { targets, findings, verdict } = judge(['key-vault'], [vault({ required: true })]);
  t.equal(targets[0]?.status, 'reachable');
  t.equal(verdict, 'blocked');
  t.match(findings, [
    {
      cause: 'expected-private',
      severity: 'error',
      owner: 'dns',
      title: `${HOST} has a public address, and has to be private`,
      explanation: `${HOST} is 20.1.2.3 according to ${SERVER}.`,
      evidence: [`key-vault/${HOST}:443`],
      remedy: [
        `If there is no private endpoint yet for ${HOST}: create one`,
        'Link the private DNS zone privatelink.vaultcore.azure.net ',
        `On the custom DNS servers (${SERVER}): forward vault.azure.net to 168.63.129.16`,
      ],
      confirm: 'apim-probe run --expect-private key-vault --only key-vault',
    },
  ]);
});

t.test('a target that is not required is a warning', async (t) => {
  const { findings, verdict } = judge([HOST], [vault()]);
  t.match(findings, [{ cause: 'expected-private', severity: 'warning' }]);
  t.equal(verdict, 'degraded');
});

t.test('a private answer, another name, and an address of the user’s own are as expected', async (t) => {
  const inside = reached('key-vault', HOST, '10.1.0.9');
  for (const [values, target] of [
    [['key-vault'], inside],
    [['sql', 'other', 'vault.azure.net', 'contos'], vault()],
    [['custom'], reached('custom', '20.1.2.3', '20.1.2.3')],
    [[], vault()],
  ] as const) {
    t.same(judge(values, [target]).findings, [], values.join());
  }
  const both = vault({
    resolutions: [{ ...resolved('10.1.0.9'), addresses: ['10.1.0.9', '2603:1020::9'] }],
    addresses: [addressOf('10.1.0.9')],
  });
  t.same(judge(['key-vault'], [both]).findings, [], 'IPv6 is not what API Management uses');
});

t.test('an alias proves the private endpoint, and is one finding', async (t) => {
  const aliased = vault({
    resolutions: [resolved('20.1.2.3', SERVER, [ALIAS])],
    addresses: [addressOf('20.1.2.3', [ALIAS])],
  });
  const { findings } = judge(['contoso'], [aliased]);
  t.match(findings, [
    {
      cause: 'expected-private',
      explanation: /leads contoso\.vault\.azure\.net through a privatelink alias/,
    },
  ]);
  t.notMatch(findings[0]?.remedy[0], 'create one');
  t.match(judge([], [aliased]).findings, [{ cause: 'private-zone-not-linked', severity: 'info' }]);
});

t.test('Azure DNS sees the zone: the forwarder is at fault', async (t) => {
  const { findings } = judge(['key-vault'], [vault()], { controls: [azureDns({ [HOST]: '10.1.0.9' })] });
  t.notMatch(findings[0]?.remedy.join(), 'Link the private DNS zone');
  t.match(findings[0]?.remedy.at(-1), `On the custom DNS servers (${SERVER}): forward`);
});

t.test('one public answer of two servers is enough', async (t) => {
  const split = vault({
    addresses: [addressOf('10.1.0.9')],
    resolutions: [resolved('10.1.0.9'), resolved('20.1.2.3', OTHER_SERVER)],
  });
  const { findings } = judge(['key-vault'], [split], { servers: [SERVER, OTHER_SERVER] });
  t.match(findings, [
    { cause: 'expected-private', explanation: `${HOST} is 20.1.2.3 according to ${OTHER_SERVER}.` },
  ]);
});

t.test('what fails at the public address fails for this reason', async (t) => {
  const dropped = failed('key-vault', HOST, '20.1.2.3', 'tcp_timeout', { required: true });
  const { targets, findings } = judge(['key-vault'], [dropped]);
  t.match(targets, [{ status: 'unreachable', failure: 'tcp_timeout', cause: 'expected-private' }]);
  t.equal(findings.length, 1);
});

t.test('a hosts file alone is this VM’s own', async (t) => {
  const inFile = vault({
    addresses: [addressOf('20.1.2.3')],
    addressesFrom: 'hosts-file',
    resolutions: [resolved('10.1.0.9')],
  });
  t.match(judge(['key-vault'], [inFile]).findings, [
    { cause: 'expected-private', owner: 'vm', remedy: [/^Remove the entries for contoso\.vault/] },
  ]);
});

t.test('the zone of a name is that of the catalogue, in every cloud', async (t) => {
  for (const cloud of CLOUDS) {
    for (const { group, suffix, privateZone } of serviceSuffixes(cloud)) {
      // The instance has records of its own instead.
      t.equal(zoneOfSuffix(`a.${suffix}`), group === 'gateway' ? null : privateZone, suffix);
    }
  }
});

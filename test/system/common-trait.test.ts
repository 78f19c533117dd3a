import type { Finding } from '../../src/model/report.ts';
import { targetsOf } from './judge.ts';
import { ARGUMENTS, ONE_ATTEMPT, type Scene, scene } from './scene.ts';
import { NAMES } from './services.ts';
import type { Outcome } from './vm.ts';

const OTHER = 'apikv-elsewhere';
const RUN = [...ONE_ATTEMPT, '--key-vault', OTHER];

function findingsOf({ report }: Outcome): Finding[] {
  return report.findings.filter(({ severity }) => severity !== 'info');
}

/** The network gives out one address after another, eight of each /24: the first 16 belong to several services. */
const body: Scene = async (t, subnet) => {
  await t.test('a route to nowhere for a prefix', async (t) => {
    await using _ = await subnet.fault('ip daddr 20.33.0.0/23 drop');
    const outcome = await subnet.vm.probe(RUN);
    const [finding, ...others] = findingsOf(outcome);
    t.match(
      finding,
      { cause: 'outbound-dropped', title: /^Outbound TCP to 20\.33\.0\.0\/23 is dropped/ },
      'the prefix',
      {
        stderr: outcome.stderr,
      },
    );
    t.strictSame(others, [], 'once');
  });

  await t.test('one port, whatever the destination', async (t) => {
    await using _ = await subnet.fault('tcp dport 80 drop');
    const outcome = await subnet.vm.probe(RUN);
    const [finding, ...others] = findingsOf(outcome);
    t.match(
      finding,
      { cause: 'outbound-dropped', title: /^Outbound TCP on port 80 is dropped/ },
      'the port',
      {
        stderr: outcome.stderr,
      },
    );
    t.strictSame(others, [], 'once');
  });

  await t.test('Key Vault of another region', async (t) => {
    await using _ = await subnet.fault(`ip daddr ${subnet.addressOf(`${OTHER}.vault.azure.net`)} drop`);
    const outcome = await subnet.vm.probe(RUN);
    const [finding, ...others] = findingsOf(outcome);
    t.match(finding, { cause: 'outbound-dropped' }, 'the cause', { stderr: outcome.stderr });
    t.match(finding?.remedy.join('\n'), 'AzureKeyVault.westeurope', 'a regional tag is named');
    t.ok(
      targetsOf(outcome, 'key-vault').some(
        ({ host, status }) => host.startsWith(NAMES.keyVault) && status === 'reachable',
      ),
      'the other vault passes',
    );
    t.strictSame(others, [], 'once');
  });
};

await scene('what the lost have in common', [], body, { args: [...ARGUMENTS, '--key-vault', OTHER] });

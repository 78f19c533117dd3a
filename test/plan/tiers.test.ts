/** The plan of the v2 tiers: Storage, Key Vault and DNS alone, and no VM in their subnet. */
import t from 'tap';
import type { Options } from '../../src/config/types.ts';
import { ALL_NAMES, idsOf, planWith } from './places.ts';

const V2 = { tier: 'premium-v2' } as const satisfies Partial<Options>;

t.test('a v2 tier needs Storage 443, Key Vault 443 and DNS, and nothing else', async (t) => {
  for (const tier of ['premium-v2', 'standard-v2'] as const) {
    const plan = planWith({ tier, storage: ['contosostore'], keyVault: ['contosovault'] });
    const ids = [
      'storage-blob/contosostore.blob.core.windows.net:443',
      'storage-table/contosostore.table.core.windows.net:443',
      'key-vault/contosovault.vault.azure.net:443',
      'dns/168.63.129.16:53',
    ];
    t.strictSame(
      idsOf(plan, ({ required }) => required).filter((id) => ids.includes(id)),
      ids,
      tier,
    );
    const others = idsOf(plan, ({ id }) => !ids.includes(id));
    // The account that the user named has a queue and files as well.
    t.ok(
      others.every((id) => id.startsWith('storage-')),
      others.join(),
    );
    t.strictSame(
      idsOf(plan, ({ required, id }) => required && !ids.includes(id)),
      [],
    );
    t.strictSame(plan.absences, []);
  }
});

t.test('without names, what is missing stays required', async (t) => {
  const plan = planWith(V2);
  t.strictSame(
    idsOf(plan, ({ required, testable }) => required && !testable),
    [
      'storage-blob/<storage>.blob.core.windows.net:443',
      'storage-table/<storage>.table.core.windows.net:443',
      'key-vault/<key-vault>.vault.azure.net:443',
    ],
  );
});

t.test('resources that the user names are tested and are not required', async (t) => {
  const plan = planWith({ ...V2, ...ALL_NAMES });
  for (const group of ['sql', 'event-hubs', 'redis'] as const) {
    const own = plan.targets.filter((target) => target.group === group && target.kind === 'endpoint');
    t.ok(own.length > 0, group);
    t.ok(
      own.every(({ required }) => !required),
      group,
    );
  }
});

t.test('the gateway of Premium v2 is private, that of Standard v2 public', async (t) => {
  const premium = planWith({ ...V2, apim: 'contoso' });
  t.strictSame(
    idsOf(premium, ({ group }) => group === 'gateway' || group === 'control-plane'),
    ['gateway/contoso.azure-api.net:443'],
  );
  const standard = planWith({ tier: 'standard-v2', apim: 'contoso' });
  t.strictSame(
    idsOf(standard, ({ group }) => group === 'gateway'),
    [],
  );
  t.match(
    standard.notes.join('\n'),
    /--apim contoso: the gateway of Standard v2 is public, and is not tested/,
  );
});

t.test('the notes say where to test from, and which options have no effect', async (t) => {
  const { notes } = planWith({
    ...V2,
    location: ['northeurope'],
    hostname: [{ role: 'developer', host: 'portal.contoso.com' }],
  });
  t.match(notes.join('\n'), /delegated to Microsoft\.Web\/hostingEnvironments and takes no VM/);
  t.match(notes.join('\n'), /--location: Premium v2 has no regional gateways/);
  t.match(notes.join('\n'), /--hostname developer=portal\.contoso\.com: Premium v2 has no such endpoint/);
  t.notMatch(planWith().notes.join('\n'), /takes no VM/);
});

t.test('sources are the documents of the v2 tiers', async (t) => {
  const [vault] = planWith(V2).targets.filter(({ group }) => group === 'key-vault');
  t.match(vault?.source.document, /Premium v2/);
});

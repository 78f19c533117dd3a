/** The host names of an instance, against those typed in from the documents. */
import t from 'tap';
import { namesOfPlan } from '../../src/records/from-plan.ts';
import { planWith } from '../plan/places.ts';

const ROLES = ['', '.portal', '.developer', '.management', '.scm'];

for (const [cloud, suffix] of [
  ['government', 'azure-api.us'],
  ['china', 'azure-api.cn'],
] as const) {
  t.test(`${cloud}: each role has its name, and there is no regional one`, async (t) => {
    const { hosts, elsewhere, leftOut } = namesOfPlan(planWith({ apim: 'contoso' }, { cloud, region: null }));
    t.same(hosts.toSorted(), ROLES.map((role) => `contoso${role}.${suffix}`).sort());
    t.same(elsewhere, []);
    t.same(leftOut, []);
  });
}

t.test('public: the regional gateway and the configuration endpoint as well, each once', async (t) => {
  const { hosts, leftOut } = namesOfPlan(planWith({ apim: 'contoso' }));
  t.same(
    hosts.toSorted(),
    [
      ...[...ROLES, '.configuration'].map((role) => `contoso${role}.azure-api.net`),
      'contoso-westeurope-01.regional.azure-api.net',
    ].sort(),
  );
  t.same(leftOut, []);
});

t.test('without a region its gateway is left out, with what brings it', async (t) => {
  const { hosts, leftOut } = namesOfPlan(planWith({ apim: 'contoso' }, { region: null }));
  t.equal(hosts.length, 6);
  t.same(leftOut, [{ host: 'contoso-<region>-01.regional.azure-api.net', why: 'give --region NAME' }]);
});

t.test('further regions have separate names', async (t) => {
  const { hosts, elsewhere } = namesOfPlan(
    planWith({ apim: 'contoso', location: ['uksouth', 'westeurope'] }),
  );
  t.same(elsewhere, ['contoso-uksouth-01.regional.azure-api.net']);
  t.ok(hosts.includes('contoso-westeurope-01.regional.azure-api.net'));
});

t.test('a custom domain replaces its role’s name', async (t) => {
  const hostname = [
    { role: 'gateway', host: 'api.contoso.com' },
    { role: 'management', host: 'manage.contoso.com' },
  ] as const;
  const { hosts } = namesOfPlan(planWith({ apim: 'contoso', hostname }));
  t.ok(hosts.includes('api.contoso.com') && hosts.includes('manage.contoso.com'));
  t.notOk(hosts.includes('contoso.azure-api.net') || hosts.includes('contoso.management.azure-api.net'));
  t.same(namesOfPlan(planWith({ hostname })).hosts, ['api.contoso.com', 'manage.contoso.com']);
});

t.test('other dependencies are not names of the instance', async (t) => {
  const { hosts, leftOut } = namesOfPlan(planWith({ storage: ['contosostore'], only: ['gateway'] }));
  t.same(hosts, []);
  t.ok(leftOut.length > 0);
  t.ok(leftOut.every(({ host, why }) => host.includes('<apim>') && why === 'give --apim NAME'));
});

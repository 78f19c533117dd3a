/** Where the instance's own hosts are dialled as well. */
import t from 'tap';
import { makePlan } from '../../src/plan/plan.ts';
import { optionsWith } from '../run/options.ts';

const PLACE = {
  cloud: 'public',
  region: 'westeurope',
  servers: [],
  serversFrom: 'the test',
  today: '2026-05-04',
} as const;

t.test('every host of the instance has the VIP, but for those of its further regions', async (t) => {
  const options = optionsWith({
    apim: 'contoso',
    vip: '10.1.0.5',
    location: ['northeurope'],
    sql: ['contoso'],
  });
  const { targets } = makePlan(options, PLACE);
  const own = targets.filter(({ host }) => host.includes('azure-api.net'));
  t.ok(own.length > 6);
  const elsewhere = 'contoso-northeurope-01.regional.azure-api.net';
  for (const { host, vip } of own) t.equal(vip, host === elsewhere ? null : '10.1.0.5', host);
  t.ok(own.some(({ host }) => host === elsewhere));
  t.ok(
    targets.filter((target) => !own.includes(target)).every(({ vip }) => vip === null),
    'and no other target',
  );
});

t.test('a custom domain has it as well; without --vip there is none', async (t) => {
  const hostname = [{ role: 'gateway', host: 'api.contoso.com' }] as const;
  const planned = (vip: string | null) =>
    makePlan(optionsWith({ hostname, vip }), PLACE).targets.find(({ host }) => host === 'api.contoso.com')
      ?.vip;
  t.equal(planned('10.1.0.5'), '10.1.0.5');
  t.equal(planned(null), null);
});

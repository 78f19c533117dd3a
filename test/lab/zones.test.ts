import t from 'tap';
import type { LabHost } from '../../src/lab/lab-host.ts';
import { lookup, zoneData } from '../../src/lab/zones.ts';

const HOST: LabHost = {
  name: 'a.blob.core.windows.net',
  service: 'storage-blob',
  aliases: ['b.store.core.windows.net'],
  addresses: ['20.0.0.1'],
  certificateName: '*.blob.core.windows.net',
};

t.test('an alias is followed to its addresses', async (t) => {
  const found = lookup(zoneData([HOST], []), HOST.name, 'A');
  t.same(found, {
    rcode: 'NOERROR',
    aliases: [{ name: HOST.name, target: 'b.store.core.windows.net' }],
    name: 'b.store.core.windows.net',
    addresses: ['20.0.0.1'],
    soa: null,
  });
});

t.test('an alias that leads back to itself ends', async (t) => {
  const { zones } = zoneData([], []);
  const records = new Map([
    ['a.test', { alias: 'b.test' }],
    ['b.test', { alias: 'a.test' }],
  ]);
  t.equal(lookup({ records, zones }, 'a.test', 'A').aliases.length, 2);
});

t.test('the longest zone answers for a missing name, a private one as such', async (t) => {
  const data = zoneData([HOST], ['privatelink.blob.core.windows.net']);
  t.match(lookup(data, 'x.blob.core.windows.net', 'A'), {
    rcode: 'NXDOMAIN',
    soa: { zone: 'blob.core.windows.net' },
  });
  t.match(lookup(data, 'x.privatelink.blob.core.windows.net', 'A'), {
    rcode: 'NXDOMAIN',
    soa: { zone: 'privatelink.blob.core.windows.net', primary: 'azureprivatedns.net' },
  });
  t.match(lookup(data, 'x.nowhere', 'A'), { rcode: 'NXDOMAIN', soa: { zone: '' } });
});

import t from 'tap';
import { addressScope, canonicalAddress } from '../../probes/address-scope.ts';

t.test('the scope of an address', (t) => {
  for (const [address, scope] of [
    ['20.60.7.7', 'public'],
    ['168.63.129.16', 'public'],
    ['2603:1030::1', 'public'],
    ['64:ff9b::1.2.3.4', 'public'],
    ['2002:c000:204::1', 'public'],
    ['192.31.196.1', 'public'],
    ['192.52.193.1', 'public'],
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd00::1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['198.18.0.1', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['0.0.0.0', 'reserved'],
    ['224.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['ff02::1', 'reserved'],
    ['example.com', null],
    ['10.1', null],
    ['0x0a000001', null],
    ['', null],
  ] as const) {
    t.equal(addressScope(address), scope, address);
  }
  t.end();
});

t.test('one spelling for each address', (t) => {
  t.equal(canonicalAddress('2001:DB8:0:0::1'), '2001:db8::1');
  t.equal(canonicalAddress('::ffff:10.0.0.1'), '10.0.0.1');
  t.equal(canonicalAddress('not an address'), 'not an address');
  t.end();
});

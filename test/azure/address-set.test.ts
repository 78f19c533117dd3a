import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import t from 'tap';
import { addressesOf, covers, intersects, isEmpty } from '../../src/azure/evaluate/address-set.ts';
import { fuzzRuns } from '../fuzz-runs.ts';

const RUNS = fuzzRuns(200);

const ipv4 = fc
  .tuple(fc.constantFrom(10, 20, 168), fc.nat(3), fc.nat(255), fc.nat(255))
  .map((octets) => octets.join('.'));
const ipv6 = fc
  .tuple(fc.constantFrom('2603', 'fd00'), fc.nat(0xffff), fc.nat(0xffff))
  .map(([first, second, last]) => `${first}:${second.toString(16)}::${last.toString(16)}`);
const cidr = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([address, bits]) => `${address}/${bits}`),
);

t.test('an address is in the set as ipaddr.js has it', async () => {
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 8 }), fc.oneof(ipv4, ipv6), (cidrs, text) => {
      const address = ipaddr.parse(text);
      const expected = cidrs.some((each) => {
        const [network, bits] = ipaddr.parseCIDR(each);
        return network.kind() === address.kind() && address.match(network, bits);
      });
      const set = addressesOf(cidrs);
      return (
        covers(set, addressesOf([text])) === expected && intersects(set, addressesOf([text])) === expected
      );
    }),
    { numRuns: RUNS },
  );
});

t.test('a set covers its parts, and parts that differ only touch', async (t) => {
  const set = addressesOf(['10.0.0.0/25', '10.0.0.128/25', '2603:1020::/32']);
  t.ok(covers(set, addressesOf(['10.0.0.0/24'])), 'two halves that meet');
  t.ok(covers(set, addressesOf(['10.0.0.64/26', '2603:1020::1'])));
  t.notOk(covers(set, addressesOf(['10.0.0.0/23'])));
  t.ok(intersects(set, addressesOf(['10.0.0.0/23'])));
  t.ok(intersects(set, addressesOf(['10.0.0.0/8'])));
  t.notOk(intersects(set, addressesOf(['10.0.1.0/24', 'fd00::/8'])));
  t.ok(covers(addressesOf(['0.0.0.0/0']), addressesOf(['255.255.255.255'])));
  t.notOk(covers(addressesOf(['0.0.0.0/0']), addressesOf(['::1'])));
  t.notOk(covers(set, addressesOf([])), 'no address is not covered');
});

t.test('text that is no prefix adds nothing', async (t) => {
  const texts = [
    '',
    'Storage',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/8/8',
    '10.0.0.0/x',
    '::/129',
    '10.0.0.1-::1',
    '-',
  ];
  t.ok(isEmpty(addressesOf(texts)));
});

import t from 'tap';
import { coveringPrefix, isInside } from '../../src/common/cidr.ts';

t.test('prefixes of IPv4 addresses', async (t) => {
  t.equal(coveringPrefix([]), null);
  t.equal(coveringPrefix(['20.33.0.1']), '20.33.0.1/32');
  t.equal(coveringPrefix(['20.33.0.1', '20.33.0.1', '20.33.0.2']), '20.33.0.0/30');
  t.equal(coveringPrefix(['20.33.0.1', '20.33.0.130', '20.33.0.9']), '20.33.0.0/24');
  t.equal(coveringPrefix(['10.0.0.1', '200.0.0.1']), '0.0.0.0/0');
  t.equal(coveringPrefix(['255.255.255.255', '255.255.255.254']), '255.255.255.254/31');
  t.ok(isInside('200.1.2.3', '200.0.0.0/8'));
  t.ok(isInside('1.2.3.4', '0.0.0.0/0'));
  t.notOk(isInside('20.33.1.0', '20.33.0.0/24'));
  t.notOk(isInside('2603:1020::1', '0.0.0.0/0'));
});

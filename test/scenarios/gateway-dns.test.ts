import t from 'tap';
import { evidenceOf, playsAsPromised } from './agent-in-lab.ts';

const GATEWAY = 'gateway/labapim.azure-api.net:443';
const STALE = 'gateway/labapim.developer.azure-api.net:443';

t.test('a gateway that works and is not in DNS', async (t) => {
  const report = await playsAsPromised(t, 'gateway-dns');
  const missing = evidenceOf(report, 'gateway-record-missing');
  t.ok(missing.includes(GATEWAY) && missing.includes('control-plane/labapim.management.azure-api.net:3443'));
  t.same(evidenceOf(report, 'gateway-record-wrong'), [STALE]);
  const gateway = report.targets.find(({ id }) => id === GATEWAY);
  t.match(gateway, { status: 'unreachable', failure: 'dns_nxdomain', cause: 'gateway-record-missing' });
  t.match(
    gateway?.attempts,
    [{ address: '10.1.0.5', addressFrom: 'vip', ok: true }],
    'it was tried at its address',
  );
  const [finding] = report.findings.filter(({ cause }) => cause === 'gateway-record-missing');
  t.match(finding?.explanation, 'it works, and only DNS is missing');
});

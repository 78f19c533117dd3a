import { once } from 'node:events';
import net from 'node:net';
import t from 'tap';
import { SCENARIOS, startLab } from '../../src/lab/index.ts';
import { connecting, list, portFor } from './client-of-the-lab.ts';

t.test('every scenario has a name of its own and a summary', async (t) => {
  const names = SCENARIOS.map(({ name }) => name);
  t.equal(new Set(names).size, names.length);
  for (const wanted of [
    'healthy',
    'sql-blocked',
    'dns-private-zone',
    'tls-inspection',
    'transparent-proxy',
    'forced-tunnel',
  ]) {
    t.ok(names.includes(wanted), wanted);
  }
  for (const { summary } of SCENARIOS) t.match(summary, /^[A-Z].{20,110}\.$/);
});

t.test('an unknown scenario is refused', async (t) => {
  await t.rejects(startLab('heathly'), { name: 'RangeError', message: /heathly/ });
});

for (const { name } of SCENARIOS) {
  t.test(`${name} starts, stays on loopback, and closes`, async (t) => {
    const lab = await startLab(name);
    const redirects = list(lab, 'connectTo').map((redirect) => redirect.split(':'));
    t.ok(redirects.every(([, , address]) => address === '127.0.0.1'));
    t.same(redirects.at(-1)?.slice(0, 2), ['', ''], 'the last redirect takes everything that is left');
    const ports = [...new Set(redirects.map(([, , , port]) => Number(port)))];

    await lab.close();
    const after = await Promise.all(ports.map((port) => connecting(port, 5000)));
    t.same([...new Set(after)], ['ECONNREFUSED'], 'nothing listens any more');
  });
}

t.test('any other address is refused, above all one without a host', async (t) => {
  const lab = await startLab('healthy');
  t.teardown(() => lab.close());
  t.equal(await connecting(portFor(lab, '192.0.2.1', 443), 5000), 'ECONNREFUSED');
  t.equal(await connecting(portFor(lab, 'example.com', 8443), 5000), 'ECONNREFUSED');
  t.equal(await connecting(portFor(lab, 'labsql.database.windows.net', 1433), 5000), 'connected');
});

t.test('two labs run side by side', async (t) => {
  const labs = await Promise.all([startLab('healthy'), startLab('healthy')]);
  t.teardown(() => Promise.all(labs.map((lab) => lab.close())));
  const [one, other] = labs.map((lab) => portFor(lab, '168.63.129.16', 53));
  t.not(one, other);
});

t.test('closing twice is harmless, and an open connection does not hold it up', async (t) => {
  const lab = await startLab('healthy');
  const idle = net.connect(portFor(lab, 'labstorage.blob.core.windows.net', 443), '127.0.0.1');
  idle.on('error', () => undefined);
  await once(idle, 'connect');
  const cut = once(idle, 'close');
  await lab.close();
  await cut;
  t.ok(idle.destroyed);
  await lab.close();
});

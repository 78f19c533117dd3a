import { join } from 'node:path';
import t from 'tap';
import { readRoutes } from '../../src/environment/routes.ts';

const HEADING = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';

/** As Linux 6.12 prints `ip route show` of a VM in Azure, with routes of the types prohibit and blackhole added. */
const TABLE = `${HEADING}
eth0\t00000000\t0100010A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0000010A\t00000000\t0001\t0\t0\t100\tE0FFFFFF\t0\t0\t0
*\t06002114\t00000000\t0205\t0\t0\t0\tFFFFFFFF\t0\t0\t0
*\t0000A8C0\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
`;

t.test('the routes as the kernel lists them', async (t) => {
  const folder = t.testdir({ route: TABLE });
  t.strictSame(await readRoutes(join(folder, 'route')), [
    { destination: '0.0.0.0/0', interface: 'eth0', rejects: false },
    { destination: '10.1.0.0/27', interface: 'eth0', rejects: false },
    { destination: '20.33.0.6/32', interface: '*', rejects: true },
    { destination: '192.168.0.0/16', interface: '*', rejects: true },
  ]);
});

t.test(
  'a table without routes is known to be empty, also as a kernel without interfaces prints it',
  async (t) => {
    const folder = t.testdir({ heading: `${HEADING}\n`, nothing: '' });
    t.strictSame(await readRoutes(join(folder, 'heading')), []);
    t.strictSame(await readRoutes(join(folder, 'nothing')), []);
  },
);

t.test('what is not known is absent', async (t) => {
  const line = 'eth0\t0100010A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n';
  const folder = t.testdir({ many: `${HEADING}\n${line.repeat(200)}`, endless: line.repeat(2000) });
  t.equal(await readRoutes(join(folder, 'missing')), undefined);
  t.equal(await readRoutes(join(folder, 'many')), undefined);
  t.equal(await readRoutes(join(folder, 'endless')), undefined);
});

t.test('malformed lines are left out', async (t) => {
  const folder = t.testdir({
    route: `${HEADING}\nnonsense\neth0\tXX000000\t00000000\t0001\t0\t0\t0\tFFFFFFFF\neth0\t0000000A\t0\t0001\t0\t0\t0\t00FF00FF\n`,
  });
  t.strictSame(await readRoutes(join(folder, 'route')), []);
});

/** The production agent against every scenario of the lab, in this process. */

import type { Socket as DatagramSocket } from 'node:dgram';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import t from 'tap';
import { runAgent } from '../../src/agent.ts';
import { exitCode } from '../../src/cli/exit-code.ts';
import { load } from '../../src/config/load.ts';
import { SCENARIOS, startLab } from '../../src/lab/index.ts';
import { Report } from '../../src/report/schema.ts';

/** Every address that this process connects to, as the runtime says and whatever the program thinks. */
const dialled = new Set<string>();
subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket };
  socket.on('connectionAttempt', (address: string) => dialled.add(`tcp ${address}`));
});
subscribe('udp.socket', (message) => {
  const { socket } = message as { socket: DatagramSocket };
  socket.on('connect', () => dialled.add(`udp ${socket.remoteAddress().address}`));
});

async function runAgainst(name: string): Promise<Report> {
  const lab = await startLab(name);
  try {
    const preset = { origin: `scenario ${name}`, values: lab.options };
    const { options } = load({ flags: {}, env: {}, cwd: import.meta.dirname, preset });
    return await runAgent(options, { signal: new AbortController().signal });
  } finally {
    await lab.close();
  }
}

for (const { name, expected } of SCENARIOS) {
  t.test(name, async (t) => {
    dialled.clear();
    const report = await runAgainst(name);
    Report.parse(report);
    t.equal(report.verdict, expected.verdict);
    t.same(
      report.findings.map(({ cause }) => cause),
      expected.causes,
    );
    t.equal(exitCode({ report, failOn: 'required', delivered: true }), expected.exitCode);
    t.same([...dialled].sort(), ['tcp 127.0.0.1', 'udp 127.0.0.1'], 'nothing but loopback was dialled');
    t.equal(report.environment.region, 'westeurope');
    t.equal(report.environment.network.subnet, '10.1.0.0/27');
  });
}

t.test('a healthy network leaves nothing unreached or untested', async (t) => {
  const report = await runAgainst('healthy');
  const others = report.targets.filter(({ status }) => status !== 'reachable').map(({ id }) => id);
  t.same(others, []);
  t.ok(report.targets.length > 80);
});

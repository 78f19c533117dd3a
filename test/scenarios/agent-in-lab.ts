/** The production agent, in this process, against one scenario of the lab. */

import type { Socket as DatagramSocket } from 'node:dgram';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Test } from 'tap';
import { runAgent } from '../../src/agent.ts';
import { exitCode } from '../../src/cli/exit-code.ts';
import { harmlessJson } from '../../src/common/escaped-json.ts';
import { load } from '../../src/config/load.ts';
import { redact, redactValue } from '../../src/delivery/redaction/redact.ts';
import { SCENARIOS, startLab } from '../../src/lab/index.ts';
import { Report } from '../../src/model/report.ts';

/** Every address that this process connects to, from the runtime and not from the program. */
const dialled = new Set<string>();
subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket };
  socket.on('connectionAttempt', (address: string) => dialled.add(`tcp ${address}`));
});
subscribe('udp.socket', (message) => {
  const { socket } = message as { socket: DatagramSocket };
  socket.on('connect', () => dialled.add(`udp ${socket.remoteAddress().address}`));
});

/** The report of a run against the scenario. */
export async function runAgainst(name: string): Promise<Report> {
  const lab = await startLab(name);
  try {
    const preset = { origin: `scenario ${name}`, values: lab.options };
    const loaded = load({ flags: {}, env: {}, cwd: import.meta.dirname, preset });
    return await runAgent(loaded, {
      signal: new AbortController().signal,
      roots: lab.roots,
      publicRoots: lab.publicRoots,
    });
  } finally {
    await lab.close();
  }
}

/** Runs the scenario, checks the report against the scenario's promises, and returns it. */
export async function playsAsPromised(t: Test, name: string): Promise<Report> {
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (scenario === undefined) throw new Error(`the lab has no scenario ${name}`);
  const { expected } = scenario;
  dialled.clear();
  const report = await runAgainst(name);
  Report.parse(report);
  t.equal(redactValue(report), report, 'it holds no secret, and so redaction leaves it as it is');
  const json = harmlessJson(report);
  t.equal(redact(json), json, 'byte for byte');
  t.equal(report.verdict, expected.verdict);
  t.same(
    report.findings.map(({ cause }) => cause),
    expected.causes,
  );
  t.equal(exitCode({ report, failOn: 'required', delivered: true }), expected.exitCode);
  t.same([...dialled].sort(), ['tcp 127.0.0.1', 'udp 127.0.0.1'], 'nothing but loopback was dialled');
  return report;
}

/** The targets of a report with this status, by id. */
export function idsWith(report: Report, status: Report['targets'][number]['status']): readonly string[] {
  return report.targets.filter((target) => target.status === status).map(({ id }) => id);
}

/** The evidence of the first finding with this cause. */
export function evidenceOf(report: Report, cause: Report['findings'][number]['cause']): readonly string[] {
  return report.findings.find((finding) => finding.cause === cause)?.evidence ?? [];
}

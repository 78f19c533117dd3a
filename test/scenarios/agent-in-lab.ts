/** The production agent, in this process, against one scenario of the lab. */

import type { Socket as DatagramSocket } from 'node:dgram';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Test } from 'tap';
import { runAgent } from '../../src/agent.ts';
import { exitCode } from '../../src/cli/exit-code.ts';
import { harmlessJson } from '../../src/common/escaped-json.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { redact, redactValue } from '../../src/delivery/redaction/redact.ts';
import { SCENARIOS, startLab } from '../../src/lab/index.ts';
import { Report } from '../../src/model/report.ts';

/** Every address that this process connects or sends to, from the runtime and not from the program. */
const dialled = new Set<string>();
subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket };
  socket.on('connectionAttempt', (address: string) => dialled.add(`tcp ${address}`));
});
subscribe('udp.socket', (message) => {
  const { socket } = message as { socket: DatagramSocket };
  socket.on('connect', () => {
    // Connecting a datagram socket sends nothing: the survey does it to read its own address.
    const { address } = socket.remoteAddress();
    const { send } = socket;
    socket.send = (...args: unknown[]) => {
      dialled.add(`udp ${address}`);
      Reflect.apply(send, socket, args);
    };
  });
});

interface Played {
  readonly report: Report;
  /** What this process connected or sent to meanwhile. */
  readonly dialled: readonly string[];
}

const played = new Map<string, Promise<Played>>();

/** One run against the scenario, for all tests of this process that judge its report. */
export function runAgainst(name: string): Promise<Played> {
  const run = played.get(name) ?? play(name);
  played.set(name, run);
  return run;
}

async function play(name: string): Promise<Played> {
  const lab = await startLab(name);
  dialled.clear();
  try {
    const preset = { origin: `scenario ${name}`, values: lab.options };
    const loaded = load({ flags: {}, env: {}, cwd: import.meta.dirname, preset }, readers);
    const report = await runAgent(loaded, {
      signal: new AbortController().signal,
      roots: lab.roots,
      publicRoots: lab.publicRoots,
      lateAfter: lab.lateAfter,
    });
    return { report, dialled: [...dialled].sort() };
  } finally {
    await lab.close();
  }
}

/** Has the scenario run, checks the report against the scenario's promises, and returns it. */
export async function playsAsPromised(t: Test, name: string): Promise<Report> {
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (scenario === undefined) throw new Error(`the lab has no scenario ${name}`);
  const { expected } = scenario;
  const { report, dialled } = await runAgainst(name);
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
  t.same(dialled, ['tcp 127.0.0.1', 'udp 127.0.0.1'], 'nothing but loopback was dialled');
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

/** The certificate chains of public test suites, from the file that TLS_VECTORS names. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { mapInFlight } from '../../src/run/in-flight.ts';
import type { Outcome, Suite, SuiteRun } from './types.ts';
import { type ChainCase, type ChainResult, verifyOverTls } from './verify.ts';

const AT_A_TIME = 8;

export const vectors: Suite = {
  name: 'vectors',
  title: 'Certificate chains of public suites',
  about:
    'BetterTLS of Netflix (path building, name constraints) and x509-limbo of C2SP (server role), made by their own ' +
    'generators with new keys. A TLS server on loopback shows each chain, and the `tls` probe connects to it with the ' +
    'roots of the case as the only public roots. Cases that name a time run in a process with that time of day ' +
    '(faketime). Where the source says that a client may differ, both results agree. The file is not part of this ' +
    'repository: `TLS_VECTORS` names it.',
  run: async () => {
    const file = process.env['TLS_VECTORS'] ?? '';
    if (file === '') return { outcomes: [], notes: [], leftOut: 'TLS_VECTORS names no file' };
    const { cases } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { cases: ChainCase[] };
    const { outcomes, notes } = await compareChains(cases);
    return { outcomes, notes: [countBySuite(cases, outcomes), ...notes] };
  },
};

/** Verifies every chain, and compares: accepted or rejected. */
export async function compareChains(cases: readonly ChainCase[]): Promise<SuiteRun> {
  const now = cases.filter(({ time }) => time === undefined);
  const results = new Map<ChainCase, ChainResult>();
  for (const [index, result] of (await mapInFlight(now, AT_A_TIME, verifyOverTls)).entries()) {
    results.set(now[index] as ChainCase, result);
  }
  const timed = Map.groupBy(
    cases.filter(({ time }) => time !== undefined),
    ({ time }) => time ?? '',
  );
  const notes: string[] = [];
  await mapInFlight([...timed], 2, async ([time, group]) => {
    const found = await verifyAt(time, group).catch((error: Error) => {
      notes.push(`${group.length} cases of ${time} were not compared: ${error.message}`);
      return [];
    });
    for (const [index, result] of found.entries()) results.set(group[index] as ChainCase, result);
  });
  const outcomes = cases.flatMap((each) => {
    const result = results.get(each);
    return result === undefined ? [] : [describeChain(each, result)];
  });
  return { outcomes, notes };
}

function countBySuite(cases: readonly ChainCase[], outcomes: readonly Outcome[]): string {
  const agreeing = new Set(outcomes.filter(({ agrees }) => agrees).map(({ id }) => id));
  const parts = [...Map.groupBy(cases, ({ suite }) => suite)].map(([suite, own]) => {
    const right = own.filter((each) => agreeing.has(nameCase(each))).length;
    return `${suite} ${right} of ${own.length}`;
  });
  return `Agree: ${parts.join(', ')}`;
}

/** The id with its suite, once. */
function nameCase({ id, suite }: ChainCase): string {
  return id.startsWith(suite.split('-')[0] ?? suite) ? id : `${suite} ${id}`;
}

function describeChain(chainCase: ChainCase, got: ChainResult): Outcome {
  const { expected, soft = false } = chainCase;
  const wanted = expected === 'SUCCESS' ? 'accepted' : 'rejected';
  return {
    id: nameCase(chainCase),
    expected: soft ? `${wanted}, or not` : wanted,
    got,
    agrees: soft || got.startsWith(wanted),
  };
}

/** Verifies in a process whose clock stands at this time, because OpenSSL reads the system's clock. */
async function verifyAt(time: string, cases: readonly ChainCase[]): Promise<ChainResult[]> {
  const at = time.replace('T', ' ').replace(/\+00:00$/, '');
  const child = spawn(
    'faketime',
    ['--exclude-monotonic', '-f', at, process.execPath, join(import.meta.dirname, 'verify-at.ts')],
    { env: { ...process.env, TZ: 'UTC' }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  child.stdin.on('error', () => undefined).end(JSON.stringify(cases));
  return (await Promise.race([json(child.stdout), failed])) as ChainResult[];
}

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Facts } from '../../probes/facts.ts';
import { createSystem } from '../../probes/wire/system.ts';
import { tryOnce } from './try.ts';

const PEER = { address: '192.0.2.7', port: 0 };

/** A program named ping, first on the PATH during the test, that records its arguments. */
async function fakePing(t: Test, script: string): Promise<() => Promise<string>> {
  const folder = await mkdtemp(join(tmpdir(), 'apim-probe-ping-'));
  const path = process.env['PATH'] ?? '';
  t.teardown(async () => {
    process.env['PATH'] = path;
    await rm(folder, { recursive: true });
  });
  const program = join(folder, 'ping');
  await writeFile(program, `#!/bin/sh\nprintf '%s\n' "$* LC_ALL=$LC_ALL" > '${folder}/called'\n${script}\n`);
  await chmod(program, 0o755);
  process.env['PATH'] = `${folder}${delimiter}${path}`;
  return () => readFile(join(folder, 'called'), 'utf8');
}

t.test('an echo reply', async (t) => {
  const called = await fakePing(t, 'echo "64 bytes from 192.0.2.7: icmp_seq=1 ttl=64 time=3.21 ms"');
  const tried = await tryOnce('icmp', PEER, { stepMs: 5000 });
  t.match(tried, { failure: null, steps: ['request'], facts: { proof: 'reply', icmp: { rttMs: 3.21 } } });
  Facts.parse(tried.facts);
  t.equal(await called(), '-n -W 5 -c 1 -s 56 192.0.2.7 LC_ALL=C\n');
});

t.test('a redirected ping goes to that address, and ports do not matter', async (t) => {
  const called = await fakePing(t, 'echo "64 bytes from 127.0.0.1: ttl=64"');
  const system = createSystem([{ host: null, port: null, address: '127.0.0.1', toPort: 9 }]);
  const tried = await tryOnce('icmp', PEER, { system, target: { host: '-f.example; reboot' } });
  t.match(tried, { failure: null, facts: { dialled: '127.0.0.1', icmp: { rttMs: null } } });
  t.match(await called(), / 127\.0\.0\.1 LC_ALL/);
});

t.test('no reply, and a refusal by a router', async (t) => {
  await t.test('silence', async (t) => {
    await fakePing(t, 'echo "1 packets transmitted, 0 received"; exit 1');
    t.match(await tryOnce('icmp', PEER), { failure: 'protocol_timeout', steps: ['✗request'] });
  });
  await t.test('refusal', async (t) => {
    await fakePing(t, 'printf "From 10.1.0.1 \\033[2JDestination Host Unreachable\\n"; exit 1');
    const tried = await tryOnce('icmp', PEER);
    t.match(tried, { failure: 'protocol_refused', error: /Host Unreachable/, facts: { proof: undefined } });
    t.notMatch(tried.error, /\p{Cc}/u);
  });
});

t.test('a machine that cannot ping reports it and sends nothing', async (t) => {
  const path = process.env['PATH'];
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  process.env['PATH'] = '/nonexistent';
  const missing = await tryOnce('icmp', PEER);
  t.match(missing, { error: /no ping program/, steps: ['request'], facts: { proof: undefined } });
  process.env['PATH'] = path;
  await fakePing(t, 'echo "ping: socket: Operation not permitted" >&2; exit 2');
  t.match(await tryOnce('icmp', PEER), { error: /may not send a ping/, facts: { proof: undefined } });
});

t.test('a program that never ends, or never stops talking, is killed', async (t) => {
  for (const script of ['exec sleep 1000', 'exec yes ttl']) {
    await t.test(script, async (t) => {
      const called = await fakePing(t, `echo $$ > "$(dirname "$0")/called"\n${script}`);
      const tried = await tryOnce('icmp', PEER, { stepMs: 2000 });
      t.equal(tried.failure, 'protocol_timeout');
      t.ok(tried.ms < 10_000);
      const id = Number(await called());
      while (isAlive(id)) await nextTurn();
      t.pass('and gone');
    });
  }
});

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

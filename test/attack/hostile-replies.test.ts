/** Malformed replies end in a failure of their target, never in a defect of the program. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import type { Failure } from '../../probes/failures.ts';
import type { Protocol } from '../../probes/protocols.ts';
import { harmlessJson } from '../../src/common/escaped-json.ts';
import { PROGRAM, start } from '../cli/program.ts';
import { writtenReport } from '../report/samples.ts';
import { sends, sendsAndCloses, sendsAndResets, tlsAlert } from '../servers/behaviours.ts';
import { readQuery, reply } from '../servers/dns-bytes.ts';
import { openPeer } from '../servers/peer.ts';
import { type Cost, type HostilePeer, runAgainst } from './crowd.ts';
import { workplace } from './enclosed.ts';
import { datagrams, tcp } from './hostile-peers.ts';

/** Exit code of a run that tested nothing that API Management requires. */
/** The scope has no required endpoint, so its verdict is degraded. */
const DEGRADED = 0;
const TIMEOUT = 1500;
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1);

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

/** Checks that there is no defect, and that every target has a status and a named failure. */
function withoutDefect({ code, err, targets, notes }: Cost, count: number): string | null {
  if (code !== DEGRADED) return `exit ${code}: ${err}`;
  if (targets.length !== count) return `${targets.length} of ${count} targets`;
  const defects = notes.filter((note) => note.includes('defect'));
  const unnamed = targets.filter(({ failure, status }) => failure === 'unexpected' || status === 'untested');
  return defects.length + unnamed.length === 0 ? null : JSON.stringify([defects, unnamed]);
}

/** HTTP replies and their failures. */
const REPLIES: readonly (readonly [string | Uint8Array, Failure | null])[] = [
  ['HTTP/1.1 000 X\r\n\r\n', 'protocol_mismatch'],
  ['HTTP/1.1 000 X\r\ncontent-length: 2\r\n\r\nhi', 'protocol_mismatch'],
  ['HTTP/1.1 001 X\r\n\r\n', 'protocol_mismatch'],
  ['HTTP/1.1 099 X\r\n\r\n', 'protocol_mismatch'],
  ['HTTP/1.1 9999 X\r\n\r\n', 'protocol_mismatch'],
  ['HTTP/1.1 -20 X\r\n\r\n', 'protocol_mismatch'],
  ['HTTP/1.1 2e2 X\r\n\r\n', 'protocol_mismatch'],
  // The head is read as leniently as LF-only ones; the body has no end.
  ['HTTP/9.9 200 X\r\n\r\n', 'protocol_timeout'],
  ['HTTP/1.1 101 X\r\n\r\n', 'protocol_mismatch'],
  ['HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nwords', 'protocol_mismatch'],
  ['HTTP/1.1 103 X\r\n\r\n'.repeat(100), 'protocol_mismatch'],
  ['HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n', 'http_unexpected'],
  [`${OK}content-length: -1\r\n\r\nhi`, 'protocol_mismatch'],
  [`${OK}content-length: 99999999999999999999999\r\n\r\nhi`, 'protocol_mismatch'],
  [`${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nhi`, 'protocol_mismatch'],
  [`${OK}content-length: 0x10\r\n\r\nhi`, 'protocol_mismatch'],
  [`${CHUNKED}zz\r\nhi\r\n`, 'protocol_mismatch'],
  [`${CHUNKED}-1\r\nhi\r\n`, 'protocol_mismatch'],
  [`${CHUNKED}ffffffffffffffffffff\r\nhi\r\n`, 'protocol_mismatch'],
  [`${CHUNKED}1\r\nhi\r\n`, 'protocol_mismatch'],
  [`${CHUNKED}1;${'x'.repeat(20_000)}\r\nh\r\n0\r\n\r\n`, 'protocol_mismatch'],
  [`${CHUNKED}0\r\n${'x: y\r\n'.repeat(20_000)}\r\n`, 'protocol_mismatch'],
  [`${OK}${'x'.repeat(20_000)}: y\r\n\r\n`, 'protocol_mismatch'],
  [`${OK}: y\r\n\r\n`, 'protocol_mismatch'],
  [`${OK}x: \u0000\r\n\r\n`, 'protocol_timeout'],
  [`${OK}keep-alive: timeout=999999999999999999\r\ncontent-length: 0\r\n\r\n`, null],
  [`${OK}keep-alive: timeout=-1\r\ncontent-length: 0\r\n\r\n`, null],
  [`${OK}__proto__: x\r\nconstructor: y\r\ncontent-length: 0\r\n\r\n`, null],
  [`${OK}location: http://[::1\r\ndate: never\r\ncontent-length: 0\r\n\r\n`, null],
  [`${OK}content-encoding: gzip\r\ncontent-length: 2\r\n\r\nhi`, null],
  [Uint8Array.from({ length: 256 }, (_, index) => index), 'protocol_mismatch'],
  [tlsAlert(80), 'protocol_mismatch'],
];

t.test('malformed HTTP replies', async (t) => {
  const peers = REPLIES.map(([bytes]) => tcp('http', sends(bytes)));
  const cost = await runAgainst(PROGRAM, peers, TIMEOUT);
  t.equal(withoutDefect(cost, peers.length), null);
  for (const [index, [bytes, failure]] of REPLIES.entries()) {
    t.equal(cost.targets[index]?.failure, failure, JSON.stringify(String(bytes).slice(0, 60)));
  }
});

/** Parts of HTTP, valid and malformed. */
const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(
        ...['HTTP/1.1 200 OK\r\n', 'HTTP/1.0 200\r\n', 'HTTP/1.1 000 X\r\n', 'HTTP/1.1 100 Continue\r\n\r\n'],
        ...[
          'HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
          'HTTP/1.1 204 X\r\n',
          'HTTP/1.1 304 X\r\n',
        ],
        ...['content-length: 2\r\n', 'content-length: -1\r\n', 'content-length: 99999999999999999\r\n'],
        ...[
          'transfer-encoding: chunked\r\n',
          'transfer-encoding: gzip, chunked\r\n',
          'connection: close\r\n',
        ],
        ...[
          'connection: keep-alive\r\n',
          'keep-alive: timeout=0\r\n',
          'trailer: x\r\n',
          'x:\r\n',
          ' folded\r\n',
        ],
        ...['\r\n', '\n', '\r', '0\r\n\r\n', '2\r\nhi\r\n', '1;a=b\r\nx\r\n', 'ffffffff\r\n', 'hi', '\u0000'],
      )
      .map((text) => Buffer.from(text)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
  { weight: 1, arbitrary: fc.constantFrom(5000, 70_000).map((length) => Buffer.alloc(length, 'a:\r\n')) },
);
const bytes = fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.concat(pieces));
const ending = fc.constantFrom(sends, sendsAndCloses, sendsAndResets);
const PROTOCOLS = [
  'tls',
  'tds',
  'amqp',
  'smtp',
  'kms',
  'smb',
  'redis',
] as const satisfies readonly Protocol[];
const peer = fc.oneof(
  { weight: 3, arbitrary: fc.record({ protocol: fc.constant<Protocol>('http'), bytes, ending }) },
  { weight: 1, arbitrary: fc.record({ protocol: fc.constantFrom<Protocol>(...PROTOCOLS), bytes, ending }) },
);

t.test('for any bytes each target has a status and no defect', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(peer, { minLength: 100, maxLength: 100 }), async (all) => {
      const peers = all.map(({ protocol, bytes, ending }) => tcp(protocol, ending(bytes)));
      const flaw = withoutDefect(await runAgainst(PROGRAM, peers, 500), peers.length);
      if (flaw !== null) throw new Error(flaw);
    }),
    { numRuns: 3 * RUNS, endOnFailure: true },
  );
});

t.test('for any datagrams likewise', async () => {
  const mutated = fc.record({
    at: fc.array(fc.nat({ max: 80 }), { maxLength: 8 }),
    to: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    cut: fc.nat({ max: 100 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(mutated, { minLength: 60, maxLength: 60 }), async (all) => {
      const peers: HostilePeer[] = all.map(({ at, to, cut }, index) =>
        datagrams(index % 3 === 0 ? 'ntp' : 'dns', (request) => {
          const answer = index % 3 === 0 ? Buffer.from(request) : reply(readQuery(request));
          for (const [turn, place] of at.entries()) {
            if (place > 1 && place < answer.length) answer[place] = to[turn] ?? 0;
          }
          return [answer.subarray(0, Math.max(1, answer.length - (cut > 50 ? cut - 50 : 0)))];
        }),
      );
      const flaw = withoutDefect(await runAgainst(PROGRAM, peers, 500), peers.length);
      if (flaw !== null) throw new Error(flaw);
    }),
    { numRuns: 2 * RUNS, endOnFailure: true },
  );
});

t.test(
  'an upload to a service whose replies break the rules is not delivered, and no defect either',
  async (t) => {
    const cwd = t.testdir({});
    const file = join(cwd, 'report.json');
    writeFileSync(file, harmlessJson(writtenReport({})));
    // Each needs a run of the program, so only replies with a malformed head are tested.
    const upload = async ([bytes]: (typeof REPLIES)[number]) => {
      const { port } = await openPeer(t, sendsAndCloses(bytes));
      // Each has a spool of its own, in a folder that is not named after this test: messages name it.
      const named = ['--upload', `http://127.0.0.1:${port}/x`, '--spool', join(workplace(t), 'spool')];
      const args = ['upload', file, ...named, '--upload-timeout', '5000'];
      const { code, err } = await start(PROGRAM, args, { cwd, env: { PATH: process.env['PATH'] } });
      t.match(String(code), /^[04]$/, `${JSON.stringify(String(bytes).slice(0, 60))}: ${err}`);
      t.notMatch(err, /defect/);
    };
    // Most of the time they wait for the next attempt.
    await Promise.all(REPLIES.slice(0, 8).map(upload));
  },
);

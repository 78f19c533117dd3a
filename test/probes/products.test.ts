/** Every HTTP probe against peers that misbehave. */
import { TLSSocket } from 'node:tls';
import fc from 'fast-check';
import t from 'tap';
import { readEntraId } from '../../probes/entra-id.ts';
import { readEventHubs } from '../../probes/event-hubs.ts';
import { Facts } from '../../probes/facts.ts';
import type { Failure } from '../../probes/failures.ts';
import { readGateway } from '../../probes/gateway.ts';
import { readKeyVault } from '../../probes/key-vault.ts';
import { readStorage } from '../../probes/storage.ts';
import { anyText } from '../any-text.ts';
import { fuzzRuns } from '../fuzz-runs.ts';
import { closesAfterData, drips, floods, sends, sendsAndCloses, silent } from '../servers/behaviours.ts';
import type { Behaviour } from '../servers/peer.ts';
import { PRODUCTS, peerFor, reply, talk } from './products.ts';

const MEGABYTE = 1024 * 1024;
const NAMES = Object.keys(PRODUCTS) as readonly (keyof typeof PRODUCTS)[];

/** A reset without TLS; with TLS an end without close_notify. */
const drops: Behaviour = (socket) =>
  void socket.once('data', () => (socket instanceof TLSSocket ? socket.destroy() : socket.resetAndDestroy()));

const HOSTILE: readonly (readonly [string, Behaviour, Failure])[] = [
  ['silence', silent, 'protocol_timeout'],
  ['one byte at a time', drips(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(500)}`, 50), 'protocol_timeout'],
  ['a close', closesAfterData, 'protocol_closed'],
  ['an abrupt end', drops, 'protocol_closed'],
  ['garbage', sends(Uint8Array.from([0, 255, 13, 10, 7, 27])), 'protocol_mismatch'],
  ['AMQP', sends('AMQP\x03\x01\x00\x00'), 'protocol_mismatch'],
  ['a mail server', sends('220 smtp.test ESMTP\r\n'), 'protocol_mismatch'],
  ['a truncated head', sendsAndCloses('HTTP/1.1 200 OK\r\nx-ms-request-id: 1'), 'protocol_closed'],
  ['a truncated body', sendsAndCloses('HTTP/1.1 404 No\r\ncontent-length: 9\r\n\r\nhi'), 'protocol_closed'],
  ['4 GB announced', sends('HTTP/1.1 200 OK\r\ncontent-length: 4294967296\r\n\r\n0'), 'protocol_timeout'],
  ['headers without end', floods('HTTP/1.1 200 OK\r\n', 'x: a\r\n', 8 * MEGABYTE), 'protocol_mismatch'],
];

for (const product of NAMES) {
  t.test(`${product}: each ends in its failure and records evidence`, async (t) => {
    const circumstances = { stepMs: 300 };
    for (const [name, behave, failure] of HOSTILE) {
      const peer = await peerFor(t, product, behave);
      const tried = await talk(product, peer, PRODUCTS[product], circumstances);
      Facts.parse(tried.facts);
      t.equal(tried.failure, failure, name);
      t.equal(tried.steps.at(-1), '✗request', name);
      t.match(tried.facts.proof, product === 'certificates' ? 'connect' : 'certificate', name);
      t.ok(tried.ms < 10_000, `${name}: ended by the timeout`);
      await peer.deserted();
    }
  });

  t.test(`${product}: text of a peer cannot control a terminal`, async (t) => {
    const escapes = '\u0085\u009b31m\u00ad';
    const headers = Object.fromEntries(
      ['server', 'content-type', 'x-ms-request-id', 'x-ms-error-code', 'x-ms-keyvault-region'].map((name) => [
        name,
        `${escapes}${'x'.repeat(3000)}`,
      ]),
    );
    const peer = await peerFor(
      t,
      product,
      sendsAndCloses(Buffer.from(reply('200 OK', headers, '\u001b[31m\r\nRed'), 'latin1')),
    );
    const tried = await talk(product, peer, PRODUCTS[product], { stepMs: 1500 });
    const shown = JSON.stringify([tried.facts, tried.error]);
    t.notMatch(shown, /[\p{Cc}\p{Cf}]|\\u00[01]|\\[rn]/u);
    t.ok(shown.length < 8000, `${shown.length} characters`);
  });
}

t.test('the readers accept any reply, and their facts fit the report’s schema', async () => {
  const headerName = fc.constantFrom(
    'x-ms-request-id',
    'x-ms-error-code',
    'server',
    'www-authenticate',
    'x-ms-keyvault-network-info',
    'x-ms-ests-server',
  );
  const text = fc.oneof(
    anyText(),
    fc.json(),
    fc.constantFrom('<Code>AuthorizationFailure</Code>', 'TrackingId:', '{"odata.error":{"code":[]}}'),
  );
  const value = fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 3 }));
  const replies = fc.record({
    status: fc.integer({ min: 200, max: 599 }),
    headers: fc.dictionary(headerName, value),
    body: fc.oneof(
      text.map((body) => Buffer.from(body)),
      fc.uint8Array().map((body) => Buffer.from(body)),
    ),
  });
  fc.assert(
    fc.property(replies, (reply) => {
      const storage = readStorage(reply);
      const entraId = readEntraId(reply, 'login.microsoftonline.com');
      const hub = readEventHubs(reply);
      Facts.parse({
        keyVault: readKeyVault(reply, reply, '10.1.0.4'),
        gateway: { answer: readGateway(reply, '/') },
        ...(storage !== null && { storage }),
        ...(entraId !== null && { entraId }),
        ...(hub !== null && {
          eventHubs: { ...hub, webSocket: { status: null, protocol: null, failure: null } },
        }),
      });
    }),
    { numRuns: fuzzRuns() },
  );
});

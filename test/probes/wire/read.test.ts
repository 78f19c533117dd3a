import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import { type Decoded, MessageReader } from '../../../probes/wire/read.ts';

/** Two bytes of length, then as many bytes; a length of 0xffff is malformed. */
function decode(bytes: Uint8Array): Decoded<string> {
  if (bytes.length < 2) return { kind: 'need-more' };
  const length = Buffer.from(bytes).readUInt16BE(0);
  if (length === 0xffff) return { kind: 'malformed', why: 'a length that cannot be' };
  if (bytes.length < 2 + length) return { kind: 'need-more' };
  const message = Buffer.from(bytes.subarray(2, 2 + length)).toString('latin1');
  return { kind: 'message', message, consumed: 2 + length };
}

function framed(text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([length, Buffer.from(text, 'latin1')]);
}

t.test('finds the same messages in any chunks', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary-ascii', maxLength: 40 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      async (texts, sizes) => {
        const stream = new PassThrough();
        const reader = new MessageReader(stream);
        const bytes = Buffer.concat(texts.map(framed));
        const feed = (async () => {
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            stream.write(bytes.subarray(at, at + size));
            at += size;
            await new Promise(setImmediate);
          }
        })();
        for (const text of texts) t.equal(await reader.next(decode), text);
        await feed;
      },
    ),
    { numRuns: 40 },
  );
});

t.test('buffers the rest for the next read, also after the peer has closed', async (t) => {
  const stream = new PassThrough();
  const reader = new MessageReader(stream);
  stream.end(Buffer.concat([framed('one'), framed('two')]));
  t.equal(await reader.next(decode), 'one');
  t.equal(await reader.next(decode), 'two');
  await t.rejects(reader.next(decode), {
    failure: 'protocol_closed',
    message: 'closed after 0 bytes of a message',
  });
});

t.test('a peer that closes in the middle of a message', async (t) => {
  const stream = new PassThrough();
  const reader = new MessageReader(stream);
  const message = reader.next(decode);
  stream.end(framed('whole').subarray(0, 4));
  await t.rejects(message, { failure: 'protocol_closed', message: 'closed after 4 bytes of a message' });
  t.equal(reader.rest.length, 4, 'the received bytes stay');
});

t.test('a connection that breaks', async (t) => {
  const stream = new PassThrough();
  const message = new MessageReader(stream).next(decode);
  stream.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }));
  await t.rejects(message, { failure: 'protocol_closed', message: /ECONNRESET/ });
});

t.test('bytes that are not a message', async (t) => {
  const stream = new PassThrough();
  const message = new MessageReader(stream).next(decode);
  stream.write(Buffer.from([0xff, 0xff, 1]));
  await t.rejects(message, { failure: 'protocol_mismatch', message: 'a length that cannot be' });
});

t.test('a peer that never ends a message', async (t) => {
  const stream = new PassThrough({ highWaterMark: 1024 * 1024 });
  const reader = new MessageReader(stream);
  const message = reader.next(() => ({ kind: 'need-more' }));
  stream.write(Buffer.alloc(100_000));
  await t.rejects(message, { failure: 'protocol_mismatch', message: /^no end of a message/ });
});

t.test('a message in too many chunks', async (t) => {
  const stream = new PassThrough();
  const reader = new MessageReader(stream);
  let decoded = 0;
  const message = reader.next(() => {
    decoded += 1;
    return { kind: 'need-more' };
  });
  let over = false;
  const rejected = t.rejects(message, { failure: 'protocol_mismatch', message: /in 4096 chunks$/ });
  void rejected.then(() => {
    over = true;
  });
  for (let sent = 0; sent < 20_000 && !over; sent += 1) {
    stream.write('x');
    await new Promise(setImmediate);
  }
  await rejected;
  t.ok(decoded < 9000, `decoded ${decoded} times`);
});

t.test('leaves no listeners behind', async (t) => {
  const stream = new PassThrough();
  const reader = new MessageReader(stream);
  const before =
    stream.listenerCount('end') + stream.listenerCount('error') + stream.listenerCount('readable');
  stream.write(framed('one'));
  await reader.next(decode);
  t.equal(
    stream.listenerCount('end') + stream.listenerCount('error') + stream.listenerCount('readable'),
    before,
  );
});

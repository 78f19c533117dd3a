import fc from 'fast-check';
import t from 'tap';
import { ByteBuffer } from '../../../probes/wire/byte-buffer.ts';

t.test('holds the bytes that were appended and not dropped, and returned views stay unchanged', async () => {
  const step = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.nat({ max: 2000 }).map((count) => ({ drop: count })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const buffer = new ByteBuffer();
      let expected = Buffer.alloc(0);
      const handedOut: { readonly view: Buffer; readonly copy: Buffer }[] = [];
      for (const each of steps) {
        if (each instanceof Uint8Array) {
          buffer.append(each);
          expected = Buffer.concat([expected, each]);
        } else {
          buffer.drop(each.drop);
          expected = expected.subarray(each.drop);
        }
        if (buffer.length !== expected.length || !buffer.bytes.equals(expected)) return false;
        handedOut.push({ view: buffer.bytes, copy: Buffer.from(expected) });
      }
      return handedOut.every(({ view, copy }) => view.equals(copy));
    }),
  );
});

t.test('many tiny chunks need the memory of one large one', async (t) => {
  const buffer = new ByteBuffer();
  const piece = Buffer.from('x');
  for (let count = 0; count < 65_000; count += 1) buffer.append(piece);
  t.equal(buffer.length, 65_000);
  t.ok(buffer.bytes.buffer.byteLength <= 2 * 65_536);
});

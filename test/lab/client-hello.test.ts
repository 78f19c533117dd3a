import { once } from 'node:events';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import fc from 'fast-check';
import t from 'tap';
import { readHello } from '../../src/lab/client-hello.ts';

/** What a real client sends first. */
async function helloOf(options: tls.ConnectionOptions): Promise<Buffer> {
  const wire = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      this.emit('hello', bytes);
      done();
    },
  });
  const hello = once(wire, 'hello');
  const socket = tls.connect({ socket: wire, ...options });
  socket.on('error', () => undefined);
  const [bytes] = (await hello) as [Buffer];
  socket.destroy();
  return bytes;
}

t.test('the name that the client asks for', async (t) => {
  const named = await helloOf({ servername: 'labvault.vault.azure.net' });
  t.same(readHello(named), { kind: 'hello', serverName: 'labvault.vault.azure.net' });
  t.same(readHello(await helloOf({})), { kind: 'hello', serverName: null });
  const old = await helloOf({ servername: 'a.example', maxVersion: 'TLSv1.2' });
  t.same(readHello(old), { kind: 'hello', serverName: 'a.example' });
});

t.test('a hello in pieces is incomplete until its last byte', async (t) => {
  const whole = await helloOf({ servername: 'labvault.vault.azure.net' });
  for (let length = 0; length < whole.length; length += 1) {
    if (readHello(whole.subarray(0, length)).kind !== 'incomplete') t.fail(`complete after ${length} bytes`);
  }
  t.equal(readHello(whole).kind, 'hello');
});

t.test('any other message is not TLS', async (t) => {
  t.same(readHello(Buffer.from('GET / HTTP/1.1\r\n\r\n')), { kind: 'not-tls' });
  t.same(readHello(Buffer.from([22, 3, 1, 0, 2, 1, 0])), { kind: 'not-tls' }, 'cut short inside');
  t.same(readHello(Buffer.from([22, 3, 1, 0, 1, 2])), { kind: 'not-tls' }, 'another handshake message');
});

t.test('no bytes make it throw', async (t) => {
  const record = fc.uint8Array({ maxLength: 300 }).map((body) => {
    return Buffer.from([22, 3, 1, body.length >> 8, body.length & 0xff, ...body]);
  });
  fc.assert(fc.property(record, (bytes) => ['hello', 'not-tls'].includes(readHello(bytes).kind)));
  t.pass('for any record');
});

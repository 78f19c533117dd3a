import type { Socket } from 'node:net';

/** DialectRevision of MS-SMB2 2.2.4: 2.0.2, 2.1, 3.0, 3.0.2 and 3.1.1. */
const SPOKEN = [0x0202, 0x0210, 0x0300, 0x0302, 0x0311];
const WITH_CONTEXTS = 0x0311;

/** GSS-API: SPNEGO (RFC 4178, 4.2.1) that offers NTLM, the one mechanism that needs nothing else. */
const TOKEN = '601c 06062b0601050502 a012 3010 a00e 300c 060a 2b06010401823702020a';

/** Two negotiate contexts: SHA-512 with a salt of 32 bytes, and AES-128-GCM (MS-SMB2 2.2.4.1). */
const CONTEXTS = [
  `0100 2600 00000000 0100 2000 0100 ${'5a'.repeat(32)} 0000`,
  '0200 0400 00000000 0100 0200',
].join('');

const TRANSPORT = 4;
const HEADER = 64;

/**
 * A file server as far as NEGOTIATE: picks the newest common dialect, and closes the connection at the next request.
 * Answers follow MS-SMB2 2.2.1.2, 2.2.2 and 2.2.4.
 */
export function smb(socket: Socket): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    if (received.length < TRANSPORT || received.length < TRANSPORT + received.readUInt32BE()) return;
    const request = received.subarray(TRANSPORT, TRANSPORT + received.readUInt32BE());
    received = received.subarray(TRANSPORT + request.length);
    if (isNegotiate(request)) socket.write(answer(request));
    else socket.destroy();
  });
}

function isNegotiate(request: Buffer): boolean {
  return (
    request.length >= HEADER + 36 && request.readUInt32BE() === 0xfe534d42 && request.readUInt16LE(12) === 0
  );
}

function answer(request: Buffer): Buffer {
  const common = dialectsOf(request).filter((dialect) => SPOKEN.includes(dialect));
  const message = common.length === 0 ? refusal() : agreement(Math.max(...common));
  // The id of the message that is answered.
  request.copy(message, 24, 24, 32);
  const framed = Buffer.alloc(TRANSPORT + message.length);
  framed.writeUInt32BE(message.length);
  framed.set(message, TRANSPORT);
  return framed;
}

function dialectsOf(request: Buffer): number[] {
  const count = Math.min(request.readUInt16LE(HEADER + 2), (request.length - HEADER - 36) >> 1);
  return Array.from({ length: count }, (_, index) => request.readUInt16LE(HEADER + 36 + index * 2));
}

function agreement(dialect: number): Buffer {
  const message = fromHex(
    header('00000000'),
    // length of the body, signing enabled, dialect and number of contexts (below)
    '4100 0100 0000 0000',
    // the server's GUID, 6f72617a-6c62-6261-7a75-72652d6c6162
    '7a61726f 626c 6162 7a75 72652d6c6162',
    // leasing, large MTU, directory leasing; three sizes of 1 MiB
    '26000000 00001000 00001000 00001000',
    // no system time, no start time
    '0000000000000000 0000000000000000',
    // the token at offset 128 with 30 bytes, contexts at offset 160 (below)
    '8000 1e00 00000000',
    TOKEN,
  );
  message.writeUInt16LE(dialect, HEADER + 4);
  if (dialect !== WITH_CONTEXTS) return message;
  message.writeUInt16LE(2, HEADER + 6);
  message.writeUInt32LE(160, HEADER + 60);
  return Buffer.concat([message, fromHex('0000', CONTEXTS)]);
}

/** STATUS_NOT_SUPPORTED: no dialect in common. */
function refusal(): Buffer {
  return fromHex(header('bb0000c0'), '0900 00 00 00000000 00');
}

/** An answer to NEGOTIATE with this status, and one credit. */
function header(status: string): string {
  return `fe534d42 4000 0000 ${status} 0000 0100 01000000 00000000 ${'00'.repeat(8 + 8 + 8 + 16)}`;
}

function fromHex(...parts: readonly string[]): Buffer {
  return Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
}

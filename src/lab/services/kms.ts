import type { Socket } from 'node:net';

/** 51c82175-844e-4750-b0d8-ec255555bc06 version 1.0, as it lies in a little-endian bind. */
const KMS_INTERFACE = Buffer.from('7521c8514e845047b0d8ec255555bc0601000000', 'hex');
/** 8a885d04-1ceb-11c9-9fe8-08002b104860 version 2.0 */
const NDR = '045d888aeb1cc9119fe808002b10486002000000';

const ACCEPTED = `00000000${NDR}`;
/** Provider rejection, because of the abstract syntax; the transfer syntax is all zero then. */
const REJECTED = `02000100${'00'.repeat(20)}`;

const HEADER = 16;
const FIRST_CONTEXT = 28;
const BIND = 11;

/**
 * The RPC server of the Key Management Service as far as the bind: accepts its own interface and no other.
 * Answers are written out as C706 (DCE 1.1: Remote Procedure Call), section 12.6.4, lays them out.
 */
export function kms(socket: Socket): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    if (received.length < HEADER || received.length < received.readUInt16LE(8)) return;
    const fragment = received.subarray(0, received.readUInt16LE(8));
    received = received.subarray(fragment.length);
    if (fragment[0] !== 5 || fragment[2] !== BIND) socket.destroy();
    else socket.write(bindAck(fragment));
  });
}

function bindAck(bind: Buffer): Buffer {
  const results = contextsOf(bind).map((abstract) => (abstract.equals(KMS_INTERFACE) ? ACCEPTED : REJECTED));
  const count = results.length.toString(16).padStart(2, '0');
  const ack = Buffer.from(
    [
      // version 5.0, bind_ack, first and last fragment, little-endian; lengths and call id follow below
      '05000c0310000000 0000 0000 00000000',
      // 4280 bytes to send and to receive, an association group
      'b810 b810 3f5a0100',
      // secondary address "1688", five bytes with its zero, one byte of padding
      '0500 3136383800 00',
      `${count}000000`,
      ...results,
    ]
      .join('')
      .replaceAll(' ', ''),
    'hex',
  );
  ack.writeUInt16LE(ack.length, 8);
  bind.copy(ack, 12, 12, 16);
  return ack;
}

/** The interface of each presentation context that a bind proposes. */
function contextsOf(bind: Buffer): Buffer[] {
  const interfaces: Buffer[] = [];
  let at = FIRST_CONTEXT;
  for (let left = bind[24] ?? 0; left > 0; left -= 1) {
    interfaces.push(bind.subarray(at + 4, at + 24));
    at += 24 + 20 * (bind[at + 2] ?? 0);
  }
  return interfaces;
}

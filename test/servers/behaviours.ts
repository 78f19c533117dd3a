/** Misbehaviours on a TCP connection. */
import type { Behaviour } from './peer.ts';

/** Reads everything and sends nothing. */
export const silent: Behaviour = () => undefined;

/** Closes in order without sending. */
export const closes: Behaviour = (socket) => void socket.end();

/** Waits for the client's first bytes, and then closes in order. */
export const closesAfterData: Behaviour = (socket) => void socket.once('data', () => socket.end());

/** Waits for the client's first bytes, and then resets. */
export const resetsAfterData: Behaviour = (socket) =>
  void socket.once('data', () => socket.resetAndDestroy());

/** Sends bytes after the client's first bytes, and stays connected. */
export function sends(...pieces: readonly (string | Uint8Array)[]): Behaviour {
  const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
  return (socket) => void socket.once('data', () => socket.write(bytes));
}

/** Sends bytes after the client's first bytes, and closes. */
export function sendsAndCloses(data: string | Uint8Array): Behaviour {
  return (socket) => void socket.once('data', () => socket.end(data));
}

/** Sends bytes after the client's first bytes, and resets after writing them. */
export function sendsAndResets(data: string | Uint8Array): Behaviour {
  return (socket) => void socket.once('data', () => socket.write(data, () => socket.resetAndDestroy()));
}

/** Sends one byte at a time. */
export function drips(data: string | Uint8Array, everyMs: number): Behaviour {
  return (socket) => {
    const bytes = Buffer.from(data);
    let next = 0;
    const timer = setInterval(() => {
      socket.write(bytes.subarray(next, next + 1));
      next += 1;
      if (next === bytes.length) clearInterval(timer);
    }, everyMs);
    socket.once('close', () => clearInterval(timer));
  };
}

/** Sends a head, and then a repeated piece up to a size, as fast as the client reads. */
export function floods(head: string, piece: string, bytes: number): Behaviour {
  return (socket) => {
    let left = bytes;
    const chunk = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
    const pour = (): void => {
      while (left > 0 && socket.writable) {
        left -= chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', pour);
    socket.once('data', () => {
      socket.write(head);
      pour();
    });
  };
}

/** A fatal unencrypted TLS alert, as an answer to the ClientHello (RFC 8446 section 6). */
export function tlsAlert(description: number): Uint8Array {
  return Uint8Array.from([21, 3, 3, 0, 2, 2, description]);
}

/** The beginning of an incomplete TLS record. */
export const TORN_TLS_RECORD = Uint8Array.from([22, 3, 3, 0, 122, 2, 0, 0, 118]);

/** A ServerHello that selects TLS 1.0 (RFC 5246 section 7.4.1.3). */
export const TLS_1_0_HELLO = record(
  Uint8Array.from([2, 0, 0, 38, 3, 1, ...new Uint8Array(32).fill(7), 0, 0xc0, 0x13, 0]),
);

function record(handshake: Uint8Array): Uint8Array {
  return Uint8Array.from([22, 3, 1, 0, handshake.length, ...handshake]);
}

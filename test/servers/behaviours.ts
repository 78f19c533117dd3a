/** Ways to misbehave on a TCP connection. */
import type { Behaviour } from './peer.ts';

/** Hears everything and says nothing. */
export const silent: Behaviour = () => undefined;

/** Closes in good order without a word. */
export const closes: Behaviour = (socket) => void socket.end();

/** Waits for the client's first bytes, and then closes in good order. */
export const closesWhenSpokenTo: Behaviour = (socket) => void socket.once('data', () => socket.end());

/** Waits for the client's first bytes, and then resets. */
export const resetsWhenSpokenTo: Behaviour = (socket) =>
  void socket.once('data', () => socket.resetAndDestroy());

/** Says something, whatever it is asked, and stays. */
export function says(words: string | Uint8Array): Behaviour {
  return (socket) => void socket.once('data', () => socket.write(words));
}

/** Says something, whatever it is asked, and closes. */
export function saysAndCloses(words: string | Uint8Array): Behaviour {
  return (socket) => void socket.once('data', () => socket.end(words));
}

/** Says something, whatever it is asked, and resets once it is on its way. */
export function saysAndResets(words: string | Uint8Array): Behaviour {
  return (socket) => void socket.once('data', () => socket.write(words, () => socket.resetAndDestroy()));
}

/** One byte at a time. */
export function drips(words: string | Uint8Array, everyMs: number): Behaviour {
  return (socket) => {
    const bytes = Buffer.from(words);
    let next = 0;
    const timer = setInterval(() => {
      socket.write(bytes.subarray(next, next + 1));
      next += 1;
      if (next === bytes.length) clearInterval(timer);
    }, everyMs);
    socket.once('close', () => clearInterval(timer));
  };
}

/** A beginning, and then the same piece again and again up to a size, as fast as the client takes it. */
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

/** A fatal TLS alert in the clear, as an answer to the ClientHello (RFC 8446 section 6). */
export function tlsAlert(description: number): Uint8Array {
  return Uint8Array.from([21, 3, 3, 0, 2, 2, description]);
}

/** The beginning of a TLS record that is never finished. */
export const TORN_TLS_RECORD = Uint8Array.from([22, 3, 3, 0, 122, 2, 0, 0, 118]);

/** A ServerHello that settles on TLS 1.0 (RFC 5246 section 7.4.1.3). */
export const TLS_1_0_HELLO = record(
  Uint8Array.from([2, 0, 0, 38, 3, 1, ...new Uint8Array(32).fill(7), 0, 0xc0, 0x13, 0]),
);

function record(handshake: Uint8Array): Uint8Array {
  return Uint8Array.from([22, 3, 1, 0, handshake.length, ...handshake]);
}

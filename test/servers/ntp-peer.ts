/** A time server on one loopback port that answers as it is told, its packets written by hand after RFC 5905. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import type { Owner } from './peer.ts';

export interface NtpFields {
  /** Leap indicator, version and mode in one octet. */
  readonly first?: number;
  readonly stratum?: number;
  readonly referenceId?: string | readonly number[];
  readonly origin?: Uint8Array;
  /** ms since 1970; null leaves it zero. */
  readonly received?: number | null;
  readonly sent?: number | null;
}

/** A reply to this request, but for what is said otherwise: stratum 1, synchronised, with the time of this machine. */
export function ntpReply(request: Uint8Array, said: NtpFields = {}): Buffer {
  const bytes = Buffer.alloc(48);
  bytes.writeUInt8(said.first ?? 0x24, 0);
  bytes.writeUInt8(said.stratum ?? 1, 1);
  const id = said.referenceId ?? 'GPS';
  bytes.set(typeof id === 'string' ? Buffer.from(id, 'latin1') : id, 12);
  bytes.set(said.origin ?? request.subarray(40, 48), 24);
  writeTime(bytes, 32, said.received === undefined ? Date.now() : said.received);
  writeTime(bytes, 40, said.sent === undefined ? Date.now() : said.sent);
  return bytes;
}

function writeTime(bytes: Buffer, at: number, ms: number | null): void {
  if (ms === null) return;
  const seconds = ms / 1000 + 2_208_988_800;
  bytes.writeUInt32BE(Math.floor(seconds) % 2 ** 32, at);
  bytes.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32), at + 4);
}

export interface NtpPeer {
  readonly address: string;
  readonly port: number;
  /** The requests so far. */
  readonly asked: readonly Buffer[];
}

/** The datagrams to answer the request of this number (from 1) with. */
type Answering = (request: Buffer, count: number) => readonly Uint8Array[];

export async function openNtpPeer(t: Owner, answering: Answering, fromElsewhere = false): Promise<NtpPeer> {
  const socket = await bind(t);
  const elsewhere = fromElsewhere ? await bind(t) : socket;
  const asked: Buffer[] = [];
  socket.on('message', (request, from) => {
    asked.push(request);
    for (const answer of answering(request, asked.length)) elsewhere.send(answer, from.port, from.address);
  });
  return { address: '127.0.0.1', port: socket.address().port, asked };
}

async function bind(t: Owner): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return socket;
}

/** A scripted time server on one loopback port; its packets are encoded by RFC 5905, independently of the probe. */
import { type Owner, openUdp } from './peer.ts';

export interface NtpFields {
  /** Leap indicator, version and mode in one octet. */
  readonly first?: number;
  readonly stratum?: number;
  readonly referenceId?: string | readonly number[];
  readonly origin?: Uint8Array;
  /** ms since 1970; null sends zero. */
  readonly received?: number | null;
  readonly sent?: number | null;
}

/** A reply to this request with changes; by default stratum 1, synchronised, with this machine's time. */
export function ntpReply(request: Uint8Array, changes: NtpFields = {}): Buffer {
  const bytes = Buffer.alloc(48);
  bytes.writeUInt8(changes.first ?? 0x24, 0);
  bytes.writeUInt8(changes.stratum ?? 1, 1);
  const id = changes.referenceId ?? 'GPS';
  bytes.set(typeof id === 'string' ? Buffer.from(id, 'latin1') : id, 12);
  bytes.set(changes.origin ?? request.subarray(40, 48), 24);
  writeTime(bytes, 32, changes.received === undefined ? Date.now() : changes.received);
  writeTime(bytes, 40, changes.sent === undefined ? Date.now() : changes.sent);
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

/** The datagrams of the answer to the request with this number (from 1). */
type Answering = (request: Buffer, count: number) => readonly Uint8Array[];

export async function openNtpPeer(t: Owner, answering: Answering, fromElsewhere = false): Promise<NtpPeer> {
  const socket = await openUdp(t);
  const elsewhere = fromElsewhere ? await openUdp(t) : socket;
  const asked: Buffer[] = [];
  socket.on('message', (request, from) => {
    asked.push(request);
    for (const answer of answering(request, asked.length)) elsewhere.send(answer, from.port, from.address);
  });
  return { address: '127.0.0.1', port: socket.address().port, asked };
}

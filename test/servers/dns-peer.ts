/** A scripted name server on one loopback port, over UDP and TCP. */
import type { Socket } from 'node:net';
import { type Asked, readQuery } from './dns-bytes.ts';
import { type Owner, openPair, openUdp, type Peer } from './peer.ts';

/** The bytes of the answer; null for no answer, an array for several datagrams. */
type Answering = (asked: Asked, count: number) => Uint8Array | readonly Uint8Array[] | null;

export interface DnsPeer {
  readonly address: string;
  readonly port: number;
  /** The questions in order, with their transport. */
  readonly asked: readonly (Asked & { readonly over: 'udp' | 'tcp' })[];
  /** The TCP server. */
  readonly tcp: Peer;
}

export interface DnsBehaviour {
  readonly udp?: Answering;
  /** The message without its length, or a behaviour of the connection. */
  readonly tcp?: Answering;
  readonly connection?: (socket: Socket) => void;
  /** Whether UDP answers come from another port. */
  readonly fromElsewhere?: boolean;
}

export async function openDnsPeer(t: Owner, behaviour: DnsBehaviour): Promise<DnsPeer> {
  const asked: (Asked & { over: 'udp' | 'tcp' })[] = [];
  const hear = (over: 'udp' | 'tcp', bytes: Buffer, answering: Answering | undefined): Uint8Array[] => {
    const question = readQuery(bytes);
    asked.push({ ...question, over });
    const answer = answering?.(question, asked.filter((known) => known.over === over).length) ?? null;
    return answer === null ? [] : [answer].flat();
  };
  const talk = (socket: Socket): void => {
    socket.on('data', (bytes: Buffer) => {
      for (const answer of hear('tcp', bytes.subarray(2), behaviour.tcp)) socket.write(framed(answer));
    });
  };
  const { tcp, udp: socket } = await openPair(t, behaviour.connection ?? talk);
  const elsewhere = behaviour.fromElsewhere ? await openUdp(t) : socket;
  socket.on('message', (bytes, from) => {
    for (const answer of hear('udp', bytes, behaviour.udp)) elsewhere.send(answer, from.port, from.address);
  });
  return { address: '127.0.0.1', port: tcp.port, asked, tcp };
}

/** Adds the length prefix (RFC 1035 section 4.2.2). */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.from([message.length >> 8, message.length & 255]), message]);
}

/** DNS messages, read and written (RFC 1035, RFC 6891). Pure: bytes in, a discriminated union out. */
import dnsPacket, { type Answer, type Packet } from 'dns-packet';
import { printable } from '../printable.ts';

export type AddressType = 'A' | 'AAAA';

export interface Question {
  readonly name: string;
  readonly type: AddressType;
}

/** A reply to our question, reduced to what an address look-up needs. */
export interface DnsReply {
  readonly rcode: string;
  readonly truncated: boolean;
  /** Names that the question's name is an alias of, in order (CNAME chain). */
  readonly cname: readonly string[];
  readonly addresses: readonly string[];
  /** "owner primary-server" of each SOA in the authority section (RFC 2308 section 2). */
  readonly authority: readonly string[];
}

export type ReadResult =
  | { readonly kind: 'reply'; readonly reply: DnsReply }
  | { readonly kind: 'foreign'; readonly why: string }
  | { readonly kind: 'malformed'; readonly why: string };

/** RFC 9715 recommends this; larger UDP payloads risk fragments, which virtual networks drop. */
const UDP_PAYLOAD = 1232;
const LONGEST_CHAIN = 16;
const MOST_ADDRESSES = 32;

/** One recursive question with EDNS, ready for the wire. */
export function encodeQuestion(id: number, question: Question): Uint8Array {
  return dnsPacket.encode({
    type: 'query',
    id,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type: question.type, name: question.name, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_PAYLOAD,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
}

/**
 * Reads what came back. `foreign` is a message that answers something else (wrong id, wrong question):
 * a stray or a forgery, to be ignored and waited past (RFC 5452 section 9.1).
 */
export function readReply(bytes: Uint8Array, id: number, question: Question): ReadResult {
  let packet: Packet & { rcode?: string };
  try {
    packet = dnsPacket.decode(Buffer.from(bytes));
  } catch (error) {
    return { kind: 'malformed', why: printable(error instanceof Error ? error.message : String(error), 120) };
  }
  if (packet.type !== 'response') return { kind: 'foreign', why: 'not a response' };
  if (packet.id !== id) return { kind: 'foreign', why: 'wrong id' };
  const asked = packet.questions?.[0];
  // Some servers leave the question out of an error; the id and the source then have to do.
  if (asked !== undefined && !(sameName(asked.name, question.name) && asked.type === question.type)) {
    return { kind: 'foreign', why: 'wrong question' };
  }
  const answers = packet.answers ?? [];
  const cname = followAliases(answers, question.name);
  const owner = cname.at(-1) ?? question.name;
  return {
    kind: 'reply',
    reply: {
      rcode: packet.rcode ?? 'NOERROR',
      truncated: ((packet.flags ?? 0) & dnsPacket.TRUNCATED_RESPONSE) !== 0,
      cname: cname.map((name) => printable(name, 255)),
      addresses: answers
        .flatMap((answer) =>
          answer.type === question.type && sameName(answer.name, owner) ? [String(answer.data)] : [],
        )
        .slice(0, MOST_ADDRESSES),
      authority: (packet.authorities ?? []).flatMap((record) =>
        record.type === 'SOA' ? [printable(`${record.name} ${record.data.mname}`, 512)] : [],
      ),
    },
  };
}

/** DNS names compare without case, and a trailing dot says nothing new. */
export function sameName(one: string, other: string): boolean {
  return one.replace(/\.$/, '').toLowerCase() === other.replace(/\.$/, '').toLowerCase();
}

function followAliases(answers: readonly Answer[], name: string): string[] {
  const chain: string[] = [];
  let current = name;
  while (chain.length < LONGEST_CHAIN) {
    const owner = current;
    const alias = answers.find((answer) => answer.type === 'CNAME' && sameName(answer.name, owner));
    if (alias?.type !== 'CNAME') break;
    current = alias.data;
    // A chain that bites its own tail ends here; the caller sees aliases and no address.
    if (sameName(current, name) || chain.some((seen) => sameName(seen, current))) break;
    chain.push(current);
  }
  return chain;
}

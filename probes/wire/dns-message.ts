/** DNS messages, read and written (RFC 1035, RFC 6891). Pure: bytes in, a discriminated union out. */
import { isIP } from 'node:net';
import dnsPacket, { type Answer, type Packet } from 'dns-packet';
import { printable } from '../printable.ts';

export type AddressType = 'A' | 'AAAA';

export interface Question {
  readonly name: string;
  readonly type: AddressType | 'SOA';
}

/** A reply to our question, reduced to what an address or zone lookup needs. */
export interface DnsReply {
  readonly rcode: string;
  readonly truncated: boolean;
  /** The server is authoritative for the zone (AA). */
  readonly authoritative: boolean;
  /** The CNAME chain of the question's name, in order. */
  readonly cname: readonly string[];
  /** The chain is a loop, or longer than `LONGEST_CHAIN`. */
  readonly endless: boolean;
  readonly addresses: readonly string[];
  /** "owner primary-server" of the SOA in the authority section (RFC 2308 section 2). */
  readonly authority: readonly string[];
  /** The zone of the name: from an SOA in the answer section, or else in the authority section. */
  readonly zone: { readonly name: string; readonly primary: string } | null;
}

export type ReadResult =
  | { readonly kind: 'reply'; readonly reply: DnsReply }
  | { readonly kind: 'foreign'; readonly why: string }
  | { readonly kind: 'malformed'; readonly why: string };

/** RFC 9715 recommends this; larger UDP payloads risk fragments, which virtual networks drop. */
const UDP_PAYLOAD = 1232;
export const LONGEST_CHAIN = 16;
const MOST_ADDRESSES = 32;
const MOST_AUTHORITIES = 4;
/** Records of all sections: 64 KiB can hold 5,000 small ones, and a normal answer has a few dozen. */
const MOST_RECORDS = 1024;
const HEADER = 12;

const EDNS = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: UDP_PAYLOAD,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} as const;

/**
 * One recursive question, ready for the wire.
 * @param edns false for servers and firewalls that do not support EDNS (RFC 6891 section 6.2.2)
 */
export function encodeQuestion(id: number, question: Question, edns = true): Uint8Array {
  return dnsPacket.encode({
    type: 'query',
    id,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type: question.type, name: question.name, class: 'IN' }],
    additionals: edns ? [{ ...EDNS, options: [] }] : [],
  });
}

/** Whether a name is valid in a question: host name characters (RFC 1035 section 2.3.1) and "_". */
export function isValidQuestionName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_-]{1,63}$/i.test(label));
}

/**
 * Reads a reply. `foreign` is a message with a wrong id or a wrong question: late or forged. The caller ignores it and
 * waits on (RFC 5452 section 9.1).
 */
export function readReply(bytes: Uint8Array, id: number, question: Question): ReadResult {
  const records = countRecords(bytes);
  if (records > MOST_RECORDS) return { kind: 'malformed', why: `${records} records in one message` };
  let packet: Packet & { rcode?: string };
  try {
    packet = dnsPacket.decode(Buffer.from(bytes));
  } catch (error) {
    return { kind: 'malformed', why: printable(error instanceof Error ? error.message : String(error), 120) };
  }
  if (packet.type !== 'response') return { kind: 'foreign', why: 'not a response' };
  if (packet.id !== id) return { kind: 'foreign', why: 'wrong id' };
  const asked = packet.questions?.[0];
  // Some servers omit the question in an error; then only the id and the source are checked.
  if (asked !== undefined && !(sameName(asked.name, question.name) && asked.type === question.type)) {
    return { kind: 'foreign', why: 'wrong question' };
  }
  const answers = packet.answers ?? [];
  const { chain, endless } = followAliases(answers, question.name);
  const owner = chain.at(-1) ?? question.name;
  return {
    kind: 'reply',
    reply: {
      rcode: rcodeOf(packet),
      truncated: ((packet.flags ?? 0) & dnsPacket.TRUNCATED_RESPONSE) !== 0,
      authoritative: ((packet.flags ?? 0) & dnsPacket.AUTHORITATIVE_ANSWER) !== 0,
      cname: chain.map((name) => printable(name, 255)),
      endless,
      addresses: answers
        .flatMap((answer) =>
          answer.type === question.type && sameName(answer.name, owner) ? [String(answer.data)] : [],
        )
        // The codec reads past the end of a truncated message.
        .filter((address) => isIP(address) !== 0)
        .slice(0, MOST_ADDRESSES),
      authority: (packet.authorities ?? [])
        .flatMap((record) => (record.type === 'SOA' ? [`${record.name} ${record.data.mname}`] : []))
        .slice(0, MOST_AUTHORITIES)
        .map((record) => printable(record, 512)),
      zone: zoneOf(packet),
    },
  };
}

/** Counts the records by the header (RFC 1035 section 4.1.1), before the codec creates an object for each. */
function countRecords(bytes: Uint8Array): number {
  if (bytes.length < HEADER) return 0;
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  return header.getUint16(4) + header.getUint16(6) + header.getUint16(8) + header.getUint16(10);
}

/** Compares DNS names without case and without a trailing dot. */
export function sameName(one: string, other: string): boolean {
  return one.replace(/\.$/, '').toLowerCase() === other.replace(/\.$/, '').toLowerCase();
}

/** The mnemonic, or the number of an extended RCODE, whose upper bits are in the OPT record. */
function rcodeOf(packet: Packet & { rcode?: string }): string {
  const upper = packet.additionals?.find((record) => record.type === 'OPT')?.extendedRcode ?? 0;
  return upper === 0 ? (packet.rcode ?? 'NOERROR') : `RCODE${upper * 16 + ((packet.flags ?? 0) & 15)}`;
}

function zoneOf({ answers = [], authorities = [] }: Packet): DnsReply['zone'] {
  const record = [...answers, ...authorities].find(({ type }) => type === 'SOA');
  if (record?.type !== 'SOA') return null;
  return { name: printable(record.name, 255), primary: printable(record.data.mname, 255) };
}

function followAliases(answers: readonly Answer[], name: string): { chain: string[]; endless: boolean } {
  const chain: string[] = [];
  let current = name;
  for (;;) {
    const owner = current;
    const alias = answers.find((answer) => answer.type === 'CNAME' && sameName(answer.name, owner));
    if (alias?.type !== 'CNAME') return { chain, endless: false };
    current = alias.data;
    const seen = sameName(current, name) || chain.some((known) => sameName(known, current));
    if (seen || chain.length === LONGEST_CHAIN) return { chain, endless: true };
    chain.push(current);
  }
}

/** DNS messages encoded by RFC 1035 section 4, independently of the codec under test. */

export const TYPES = { A: 1, CNAME: 5, SOA: 6, AAAA: 28, OPT: 41 } as const;
export const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

export interface Asked {
  readonly id: number;
  readonly name: string;
  readonly type: number;
  /** The received question section. */
  readonly question: Uint8Array;
  /** Whether there was an OPT record (RFC 6891). */
  readonly edns: boolean;
}

/** Reads a query with one uncompressed question. */
export function readQuery(bytes: Buffer): Asked {
  const labels: string[] = [];
  let at = 12;
  for (let length = bytes.readUInt8(at); length > 0; length = bytes.readUInt8(at)) {
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return {
    id: bytes.readUInt16BE(0),
    name: labels.join('.'),
    type: bytes.readUInt16BE(at + 1),
    question: bytes.subarray(12, at + 5),
    edns: bytes.readUInt16BE(10) > 0,
  };
}

export interface Reply {
  readonly id?: number;
  readonly rcode?: number;
  readonly truncated?: boolean;
  readonly authoritative?: boolean;
  /** False makes it a query. */
  readonly isResponse?: boolean;
  /** Null omits the question. */
  readonly question?: Uint8Array | null;
  readonly answers?: readonly Uint8Array[];
  readonly authorities?: readonly Uint8Array[];
  readonly additionals?: readonly Uint8Array[];
}

/** An answer to the question, with these changes. */
export function reply(asked: Asked, changes: Reply = {}): Buffer {
  const question = changes.question === undefined ? asked.question : changes.question;
  const { answers = [], authorities = [], additionals = [] } = changes;
  const flags =
    ((changes.isResponse ?? true) ? 0x8000 : 0) |
    (changes.truncated ? 0x0200 : 0) |
    (changes.authoritative ? 0x0400 : 0) |
    0x0180 |
    (changes.rcode ?? 0);
  const header = Buffer.alloc(12);
  for (const [index, value] of [
    changes.id ?? asked.id,
    flags,
    question === null ? 0 : 1,
    answers.length,
    authorities.length,
    additionals.length,
  ].entries()) {
    header.writeUInt16BE(value, index * 2);
  }
  return Buffer.concat([header, question ?? Buffer.alloc(0), ...answers, ...authorities, ...additionals]);
}

/** A name without compression. */
export function name(text: string): Buffer {
  const labels = text.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}

/** A compression pointer to this offset (RFC 1035 section 4.1.4). */
export function pointer(offset: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(0xc000 | offset);
  return bytes;
}

/** A resource record of class IN with a TTL of one minute; `length` replaces the length of the data. */
export function record(
  owner: string | Uint8Array,
  type: number,
  data: Uint8Array,
  length = data.length,
): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(60, 4);
  fixed.writeUInt16BE(length, 8);
  return Buffer.concat([typeof owner === 'string' ? name(owner) : owner, fixed, data]);
}

export function a(owner: string, address: string): Buffer {
  return record(owner, TYPES.A, Uint8Array.from(address.split('.').map(Number)));
}

/** @param groups all eight, in hexadecimal */
export function aaaa(owner: string, groups: string): Buffer {
  const data = Buffer.alloc(16);
  for (const [index, group] of groups.split(':').entries())
    data.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  return record(owner, TYPES.AAAA, data);
}

export function cname(owner: string, target: string): Buffer {
  return record(owner, TYPES.CNAME, name(target));
}

export function soa(zone: string, primary: string): Buffer {
  return record(
    zone,
    TYPES.SOA,
    Buffer.concat([name(primary), name(`hostmaster.${zone}`), Buffer.alloc(20)]),
  );
}

/** An OPT record whose TTL field holds the upper bits of the rcode (RFC 6891 section 6.1.3). */
export function opt(upperRcode: number): Buffer {
  return Buffer.from([0, 0, TYPES.OPT, 4, 208, upperRcode, 0, 0, 0, 0, 0]);
}

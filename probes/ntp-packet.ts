/** NTP packets (RFC 5905 section 7.3), from bytes alone. */

/** Octets of the header; extensions and a digest may follow. */
const HEADER = 48;
/** Leap indicator 0, version 4, mode 3: a client. */
const CLIENT = 0x23;
const SERVER_MODE = 4;

/** Seconds from 1900, where NTP begins to count, to 1970. */
const EPOCH_S = 2_208_988_800;
/** Seconds of an era; the first ends on 7 February 2036 (RFC 5905 section 6). */
const ERA_S = 2 ** 32;

/** A point in time within some era: seconds with their fraction. Zero means that it is not known. */
export type NtpTime = number;

export interface NtpReply {
  /** Whether the server’s clock has a source: the leap indicator is not 3. */
  readonly synchronised: boolean;
  /** 1 to 15; 0 and 16 come from a server that has no time to give. */
  readonly stratum: number;
  /** The source’s name for stratum 1, its address or a digest above, the kiss code for 0; not printable yet. */
  readonly referenceId: string;
  /** Four letters by which the server says why it gives no time (section 7.4); null when it says nothing. */
  readonly kiss: string | null;
  /** When the request arrived there, and when the reply left. */
  readonly received: NtpTime;
  readonly sent: NtpTime;
}

export type NtpAnswer =
  | { readonly kind: 'reply'; readonly reply: NtpReply }
  /** Whoever sent it had not seen the request. */
  | { readonly kind: 'unrelated'; readonly why: string }
  /** An answer to the request, and no NTP reply. */
  | { readonly kind: 'malformed'; readonly why: string };

/**
 * A request that says nothing of this machine, not even its time.
 * @param nonce eight random octets in the transmit time stamp, which the server sends back as the origin
 */
export function encodeRequest(nonce: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER);
  bytes[0] = CLIENT;
  bytes.set(nonce, 40);
  return bytes;
}

/** @param nonce that of the request */
export function readAnswer(bytes: Uint8Array, nonce: Uint8Array): NtpAnswer {
  if (bytes.length < HEADER) {
    return { kind: 'unrelated', why: `${bytes.length} octets, where NTP has at least ${HEADER}` };
  }
  if (!nonce.every((octet, index) => bytes[24 + index] === octet)) {
    return { kind: 'unrelated', why: 'a datagram that does not repeat what the request held' };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  const first = view.getUint8(0);
  const [version, mode, stratum] = [(first >> 3) & 7, first & 7, view.getUint8(1)];
  if (mode !== SERVER_MODE)
    return { kind: 'malformed', why: `mode ${mode}, where a server has ${SERVER_MODE}` };
  if (version < 1 || version > 4) return { kind: 'malformed', why: `version ${version}` };
  if (stratum > 16) return { kind: 'malformed', why: `stratum ${stratum}, which is reserved` };
  const reply: NtpReply = {
    synchronised: first >> 6 !== 3,
    stratum,
    ...identifier(bytes.subarray(12, 16), stratum),
    received: timeAt(view, 32),
    sent: timeAt(view, 40),
  };
  const givesTime = stratum >= 1 && stratum <= 15;
  if (givesTime && (reply.received === 0 || reply.sent === 0))
    return { kind: 'malformed', why: 'no time in it' };
  return { kind: 'reply', reply };
}

function identifier(octets: Uint8Array, stratum: number): Pick<NtpReply, 'referenceId' | 'kiss'> {
  const text = String.fromCharCode(...octets).replace(/\0+$/, '');
  const kiss = stratum === 0 && /^[A-Z]{4}$/.test(text) ? text : null;
  return { referenceId: stratum <= 1 ? text : octets.join('.'), kiss };
}

function timeAt(view: DataView, offset: number): NtpTime {
  return view.getUint32(offset) + view.getUint32(offset + 4) / ERA_S;
}

/**
 * Milliseconds since 1970. The packet does not say which era its time lies in: the one that brings it nearest to
 * this machine’s clock is taken, which is right as long as that clock is wrong by less than 68 years.
 * @param near ms since 1970
 */
export function toUnixMs(time: NtpTime, near: number): number {
  const seconds = time - EPOCH_S;
  const era = Math.round((near / 1000 - seconds) / ERA_S);
  return (seconds + era * ERA_S) * 1000;
}

/** The kiss codes of RFC 5905 section 7.4 and RFC 8915 section 5.7, in words. */
const KISSES: Readonly<Record<string, string>> = {
  ACST: 'the association belongs to a unicast server',
  AUTH: 'server authentication failed',
  AUTO: 'the Autokey sequence failed',
  BCST: 'the association belongs to a broadcast server',
  CRYP: 'cryptographic authentication or identification failed',
  DENY: 'access is denied by this server',
  DROP: 'the peer was lost in symmetric mode',
  INIT: 'the server has not synchronised yet',
  MCST: 'the association belongs to a dynamically discovered server',
  NKEY: 'no key is found, or it is not trusted',
  NTSN: 'the server wants a new NTS cookie',
  RATE: 'too many requests from this address',
  RMOT: 'the association was altered from a remote host',
  RSTR: 'access is denied by local policy',
  STEP: 'the server’s clock was set, and has not synchronised again yet',
};

/** What a kiss code means, or null for one that no RFC lists. */
export function kissInWords(kiss: string): string | null {
  return KISSES[kiss] ?? null;
}

/** Encodes and decodes NTP packets (RFC 5905 section 7.3). Pure. */

/** Octets of the header; extensions and a digest may follow. */
const HEADER = 48;
/** Leap indicator 0, version 4, mode 3: a client. */
const CLIENT = 0x23;
const SERVER_MODE = 4;

/** Seconds from 1900, the epoch of NTP, to 1970. */
const EPOCH_S = 2_208_988_800;
/** Seconds of an era; the first ends on 7 February 2036 (RFC 5905 section 6). */
const ERA_S = 2 ** 32;

/** Seconds within an unknown era; zero means that the time is unknown. */
export type NtpTime = number;

export interface NtpReply {
  /** Whether the server’s clock is synchronised: the leap indicator is not 3. */
  readonly synchronised: boolean;
  /** 1 to 15; a server without a valid time sends 0 or 16. */
  readonly stratum: number;
  /** Stratum 1: the source’s name; above: its address or a digest; 0: the kiss code. Not printable yet. */
  readonly referenceId: string;
  /** The kiss code: why the server sends no time (section 7.4); null without one. */
  readonly kiss: string | null;
  /** Receive and transmit timestamps of the server. */
  readonly received: NtpTime;
  readonly sent: NtpTime;
}

export type NtpAnswer =
  | { readonly kind: 'reply'; readonly reply: NtpReply }
  /** The sender had not seen the request. */
  | { readonly kind: 'unrelated'; readonly why: string }
  /** An answer to the request, but not an NTP reply. */
  | { readonly kind: 'malformed'; readonly why: string };

/**
 * A request without data about this machine, not even its time.
 * @param nonce eight random octets for the transmit timestamp, which the server returns as the origin timestamp
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
    return { kind: 'unrelated', why: 'a datagram without the timestamp of the request' };
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
    return { kind: 'malformed', why: 'a packet without a time' };
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
 * Milliseconds since 1970. A packet does not contain the era, so the era nearest to this machine’s clock is used. That
 * is correct while the clock is wrong by less than 68 years.
 * @param near ms since 1970
 */
export function toUnixMs(time: NtpTime, near: number): number {
  const seconds = time - EPOCH_S;
  const era = Math.round((near / 1000 - seconds) / ERA_S);
  return (seconds + era * ERA_S) * 1000;
}

/** Meanings of the kiss codes of RFC 5905 section 7.4 and RFC 8915 section 5.7. */
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

/** The meaning of a kiss code, or null for an unknown one. */
export function describeKiss(kiss: string): string | null {
  return KISSES[kiss] ?? null;
}

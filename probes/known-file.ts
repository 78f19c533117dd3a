/**
 * The files that certificate hosts publish, recognised by their structure: certificates (RFC 5280 section 4.1),
 * revocation lists (section 5.1) and OCSP responses (RFC 6960 section 4.2.1) in DER, and cabinets ([MS-CAB] 2.1).
 */

export type FileKind = 'certificate' | 'revocation list' | 'OCSP response' | 'cabinet';

export interface KnownFile {
  readonly kind: FileKind;
  /** Bytes of the whole file by its own header, also when only its beginning is here. */
  readonly length: number;
}

/** An OCSP request in Base64, which begins with M because its DER begins with a SEQUENCE (RFC 6960, A.1). */
const OCSP_PATH = /\/M[A-Za-z0-9+/=%]{60,}$/;

const ENDINGS: ReadonlyMap<string, FileKind> = new Map([
  ['crt', 'certificate'],
  ['cer', 'certificate'],
  ['der', 'certificate'],
  ['crl', 'revocation list'],
  ['cab', 'cabinet'],
]);

/** The kind of file that a path names, or null when the path does not show it. */
export function kindOfPath(path: string): FileKind | null {
  const name = path.replace(/\?.*$/s, '');
  if (OCSP_PATH.test(name)) return 'OCSP response';
  const ending = /\.([a-z]+)$/i.exec(name)?.[1] ?? '';
  return ENDINGS.get(ending.toLowerCase()) ?? null;
}

/** Recognises a file by its first bytes; null for everything else. */
export function recogniseFile(bytes: Buffer): KnownFile | null {
  return recogniseCabinet(bytes) ?? recogniseDer(bytes);
}

const CABINET_HEADER = 36;

function recogniseCabinet(bytes: Buffer): KnownFile | null {
  if (bytes.length < CABINET_HEADER || bytes.toString('latin1', 0, 4) !== 'MSCF') return null;
  return { kind: 'cabinet', length: bytes.readUInt32LE(8) };
}

/** An element of DER: where its content starts and ends. The end may lie behind the bytes that are here. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const SEQUENCE = 0x30;

/** A certificate and a revocation list: what is signed, the algorithm, and the signature. */
const SIGNED = '303003';
/** [0] version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo. */
const TO_BE_SIGNED_CERTIFICATE = /^a0023030303030/;
/** version, signature, issuer, thisUpdate. */
const TO_BE_SIGNED_LIST = /^(?:02)?3030(?:17|18)/;
/** responseStatus, and [0] responseBytes of a successful one. */
const RESPONSE = /^0a(?:a0)?$/;

function recogniseDer(bytes: Buffer): KnownFile | null {
  const outer = elementAt(bytes, 0);
  if (outer?.tag !== SEQUENCE) return null;
  const tags = tagsIn(bytes, outer);
  const kind = RESPONSE.test(tags) ? 'OCSP response' : signedKind(bytes, outer, tags);
  return kind === null ? null : { kind, length: outer.end };
}

function signedKind(bytes: Buffer, outer: Element, tags: string): FileKind | null {
  const isWhole = bytes.length >= outer.end;
  if (isWhole ? tags !== SIGNED : tags === '' || !SIGNED.startsWith(tags)) return null;
  const signed = elementAt(bytes, outer.start);
  const inner = signed === null ? '' : tagsIn(bytes, signed);
  if (TO_BE_SIGNED_CERTIFICATE.test(inner)) return 'certificate';
  return TO_BE_SIGNED_LIST.test(inner) ? 'revocation list' : null;
}

/** The tags in an element as hexadecimal, as far as the bytes reach; empty when one of them is malformed. */
function tagsIn(bytes: Buffer, outer: Element): string {
  const tags: number[] = [];
  for (let at = outer.start; at < outer.end; ) {
    const element = elementAt(bytes, at);
    if (element === null) return at + MOST_HEADER > bytes.length && outer.end > bytes.length ? hex(tags) : '';
    if (element.end > outer.end) return '';
    tags.push(element.tag);
    at = element.end;
  }
  return hex(tags);
}

function hex(tags: readonly number[]): string {
  return Buffer.from(tags).toString('hex');
}

/** Bytes of the longest header: a tag, and a length of four bytes behind their number. */
const MOST_HEADER = 6;

/** The element at this place; null unless its header is here and its length is in the shortest form (X.690, 10.1). */
function elementAt(bytes: Buffer, at: number): Element | null {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return null;
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first };
  const size = first & 0x7f;
  const start = at + 2 + size;
  if (size === 0 || size > 4 || start > bytes.length) return null;
  const length = bytes.readUIntBE(at + 2, size);
  const least = size === 1 ? 0x80 : 2 ** (8 * (size - 1));
  return length < least ? null : { tag, start, end: start + length };
}

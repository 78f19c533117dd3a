/** The first flight of a TLS 1.2 server, with a Certificate message as given, which no TLS library would send. */

/** @param certificates DER, or whatever else */
export function certificateFlight(...certificates: readonly Uint8Array[]): Buffer {
  const entries = Buffer.concat(certificates.map((each) => Buffer.concat([uint24(each.length), each])));
  return certificateListFlight(Buffer.concat([uint24(entries.length), entries]));
}

/** @param list the body of the Certificate message (RFC 5246 section 7.4.2) */
export function certificateListFlight(list: Uint8Array): Buffer {
  return Buffer.concat([
    record(handshake(2, SERVER_HELLO)),
    record(handshake(11, list)),
    record(handshake(14, Buffer.alloc(0))),
  ]);
}

/** TLS 1.2, ECDHE-RSA-AES128-GCM-SHA256, with secure renegotiation (RFC 5746). */
const SERVER_HELLO = Buffer.concat([
  uint16(0x0303),
  Buffer.alloc(32, 7),
  Buffer.from([0]),
  uint16(0xc02f),
  Buffer.from([0]),
  uint16(5),
  Buffer.from([0xff, 0x01, 0x00, 0x01, 0x00]),
]);

function handshake(type: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type]), uint24(body.length), body]);
}

function record(content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([22]), uint16(0x0303), uint16(content.length), content]);
}

function uint24(value: number): Buffer {
  return Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

/** First flights of a TLS 1.2 server that no TLS library would send. */
import { generatePrimeSync } from 'node:crypto';

/** @param certificates DER, or whatever else */
export function certificateFlight(...certificates: readonly Uint8Array[]): Buffer {
  return certificateListFlight(certificateList(certificates));
}

/** @param list the body of the Certificate message (RFC 5246 section 7.4.2) */
export function certificateListFlight(list: Uint8Array): Buffer {
  return Buffer.concat([
    record(handshake(2, serverHello(ECDHE_RSA_AES128_GCM_SHA256))),
    record(handshake(11, list)),
    record(handshake(14, Buffer.alloc(0))),
  ]);
}

/**
 * Ephemeral Diffie-Hellman over a group of this size (RFC 5246 section 7.4.3). The signature is invalid: a client judges
 * the group first.
 * @param certificate DER
 */
export function smallGroupFlight(certificate: Uint8Array, bits: number): Buffer {
  const prime = Buffer.from(generatePrimeSync(bits, { safe: true }));
  const parameters = [prime, Buffer.from([2]), Buffer.alloc(bits / 8, 7)].map(vector);
  const signature = [uint16(RSA_PSS_RSAE_SHA256), vector(Buffer.alloc(256, 1))];
  return Buffer.concat([
    record(handshake(2, serverHello(DHE_RSA_AES128_GCM_SHA256))),
    record(handshake(11, certificateList([certificate]))),
    record(handshake(12, Buffer.concat([...parameters, ...signature]))),
    record(handshake(14, Buffer.alloc(0))),
  ]);
}

const ECDHE_RSA_AES128_GCM_SHA256 = 0xc02f;
const DHE_RSA_AES128_GCM_SHA256 = 0x009e;
const RSA_PSS_RSAE_SHA256 = 0x0804;

/** TLS 1.2 with secure renegotiation (RFC 5746). */
function serverHello(cipherSuite: number): Buffer {
  return Buffer.concat([
    uint16(0x0303),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    uint16(cipherSuite),
    Buffer.from([0]),
    vector(Buffer.from([0xff, 0x01, 0x00, 0x01, 0x00])),
  ]);
}

function certificateList(certificates: readonly Uint8Array[]): Buffer {
  const entries = Buffer.concat(certificates.map((each) => Buffer.concat([uint24(each.length), each])));
  return Buffer.concat([uint24(entries.length), entries]);
}

function handshake(type: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type]), uint24(body.length), body]);
}

function record(content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([22]), uint16(0x0303), vector(content)]);
}

/** Bytes after their length in two bytes. */
function vector(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint16(bytes.length), bytes]);
}

function uint24(value: number): Buffer {
  return Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

/** Servers on loopback that try to exhaust the agent's memory, each in one way. */
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { gzipSync } from 'node:zlib';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Protocol } from '../../probes/protocols.ts';
import { floods, sends } from '../servers/behaviours.ts';
import { authority, certify, identity } from '../servers/certificates.ts';
import { readQuery, reply, TYPES } from '../servers/dns-bytes.ts';
import { framed } from '../servers/dns-peer.ts';
import { type Behaviour, openPair, openPeer } from '../servers/peer.ts';
import type { HostilePeer } from './crowd.ts';

const MEGABYTE = 1024 * 1024;
const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

/** Sends a head, and then one byte in each segment for as long as the client stays. */
function segments(head: string | Uint8Array, byte: string): Behaviour {
  return (socket) => {
    socket.setNoDelay();
    const piece = Buffer.from(byte);
    const pour = (): void => {
      for (let count = 0; count < 64 && socket.writable; count += 1) {
        if (!socket.write(piece)) break;
      }
      if (socket.writable) setTimeout(pour, 2);
    };
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      socket.write(head);
      pour();
    };
    socket.once('data', begin);
    // SMTP clients wait for the greeting.
    setTimeout(begin, 300);
  };
}

/** A peer on TCP that behaves like this on every connection. */
export function tcp(protocol: Protocol, behave: Behaviour): HostilePeer {
  return { protocol, open: async (t) => (await openPeer(t, behave)).port };
}

/** @param options made once, since it costs seconds */
function overTls(
  protocol: Protocol,
  options: () => Promise<tls.TlsOptions>,
  behave: Behaviour = () => undefined,
): HostilePeer {
  let made: Promise<tls.SecureContext> | undefined;
  return {
    protocol,
    open: async (t) => {
      made ??= options().then((each) => tls.createSecureContext(each));
      const secureContext = await made;
      const { port } = await openPeer(t, (socket) => {
        const secured = new tls.TLSSocket(socket, { isServer: true, secureContext });
        secured.on('error', () => socket.destroy());
        behave(secured);
        secured.resume();
      });
      return port;
    },
  };
}

/** Answers each datagram this many times. */
export function datagrams(
  protocol: Protocol,
  answers: (request: Buffer) => readonly Uint8Array[],
  overTcp?: (query: Buffer, socket: Socket) => void,
): HostilePeer {
  return {
    protocol,
    open: async (t) => {
      const { tcp, udp } = await openPair(t, (socket) => {
        socket.setNoDelay();
        socket.once('data', (bytes: Buffer) => overTcp?.(bytes.subarray(2), socket));
      });
      udp.on('message', (request, from) => {
        for (const answer of answers(request)) udp.send(answer, from.port, from.address, () => undefined);
      });
      return tcp.port;
    },
  };
}

/** As many of the smallest records that there are as a message of this size holds, all of the name asked for. */
function manyRecords(query: Buffer, bytes: number): Buffer {
  const asked = readQuery(query);
  const record = Buffer.from([0xc0, 12, 0, TYPES.CNAME, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, 12]);
  const count = Math.floor((bytes - 12 - asked.question.length) / record.length);
  return reply(asked, { answers: Array.from({ length: count }, () => record) });
}

/** A certificate with as many alternative names, each of them empty: 48,000 is what a handshake of OpenSSL takes (100 KiB). */
async function manyNames(count: number): Promise<tls.TlsOptions> {
  const length = (bytes: number): number[] => [0x83, bytes >> 16, (bytes >> 8) & 255, bytes & 255];
  const entries = Buffer.alloc(2 * count);
  for (let at = 0; at < entries.length; at += 2) entries[at] = 0x82;
  const names = Buffer.concat([Buffer.from([0x30, ...length(entries.length)]), entries]);
  const root = await authority('CN=Root');
  const leaf = await certify({
    subject: 'CN=many.test',
    issuer: root,
    extensions: [new x509.Extension('2.5.29.17', false, names)],
  });
  return identity(leaf);
}

/** A chain of as many certificates: 300 is what a handshake of OpenSSL takes (100 KiB). */
async function manyCertificates(count: number): Promise<tls.TlsOptions> {
  const root = await authority('CN=R');
  const leaf = await certify({ subject: 'CN=long.test', issuer: root });
  return identity(leaf, ...Array.from({ length: count }, () => root));
}

async function plain(): Promise<tls.TlsOptions> {
  return identity(await certify({ subject: 'CN=plain.test' }));
}

/** The first 64 KiB of 128 MB of zeros. */
function gzipBomb(): Uint8Array {
  return gzipSync(Buffer.alloc(128 * MEGABYTE)).subarray(0, 65_536);
}

type Kinds = Readonly<Record<string, HostilePeer>>;

/** Each kind by its name. */
export const HTTP_BODY: Kinds = {
  'silent after the connection': tcp('http', () => undefined),
  'HTTP body in one-byte chunks': tcp('http', sends(CHUNKED, '1\r\nx\r\n'.repeat(65_000))),
  'HTTP body in one-byte segments': tcp('http', segments(`${OK}\r\n`, 'x')),
  'HTTP chunk extensions': tcp('http', floods(`${CHUNKED}1`, ';a=b', 512 * MEGABYTE)),
  'HTTP chunks with an extension each': tcp('http', floods(CHUNKED, '1;a\r\nx\r\n', 512 * MEGABYTE)),
  'HTTP body of 64 KiB less one': tcp(
    'http',
    sends(`${OK}content-length: 70000\r\n\r\n`, 'x'.repeat(65_535)),
  ),
  'HTTP body of 64 KiB that decodes to 64 MB': tcp(
    'http',
    sends(`${OK}content-encoding: gzip\r\ncontent-length: 65536\r\n\r\n`, gzipBomb()),
  ),
};

export const HTTP_HEAD: Kinds = {
  'HTTP headers of one byte, unfinished': tcp('http', sends(OK, 'a:\r\n'.repeat(16_000))),
  'HTTP headers of one byte, and a body that never comes': tcp(
    'http',
    sends(OK, 'a:\r\n'.repeat(4000), 'content-length: 9\r\n\r\n'),
  ),
  'HTTP headers without end': tcp('http', floods(OK, 'abc: d\r\n', 512 * MEGABYTE)),
  'HTTP headers in one-byte segments': tcp('http', segments(`${OK}x: `, 'a')),
  'HTTP one header without end': tcp('http', floods(`${OK}x: `, 'a', 512 * MEGABYTE)),
  'HTTP status line without end': tcp('http', floods('HTTP/1.1 200 ', 'a', 512 * MEGABYTE)),
  'HTTP informational replies without end': tcp(
    'http',
    floods('', 'HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n', 512 * MEGABYTE),
  ),
  'HTTP trailers of one byte': tcp('http', sends(`${CHUNKED}1\r\nx\r\n0\r\n`, 'a:\r\n'.repeat(16_000))),
  'HTTP trailers without end': tcp('http', floods(`${CHUNKED}1\r\nx\r\n0\r\n`, 'abc: d\r\n', 512 * MEGABYTE)),
};

export const TEXT: Kinds = {
  'SMTP banner in one-byte segments': tcp('smtp', segments('220-', 'a')),
  'SMTP lines': tcp('smtp', segments(`220-${'a'.repeat(500)}\r\n`.repeat(60), '2')),
  'AMQP in one-byte segments': tcp('amqp', segments('AMQP', '\u0003')),
  'Redis in one-byte segments': tcp('redis', segments('+', 'a')),
  'TDS in one-byte segments': tcp('tds', segments(Uint8Array.from([4, 0, 255, 255, 0, 0, 1, 0]), 'a')),
  'TDS packets of nothing': tcp(
    'tds',
    floods('', '\u0004\u0000\u0000\u0008\u0000\u0000\u0001\u0000', 512 * MEGABYTE),
  ),
  'SMB in one-byte segments': tcp(
    'smb',
    segments(Uint8Array.from([0, 0, 64, 0, 0xfe, 0x53, 0x4d, 0x42]), 'a'),
  ),
  'RPC in one-byte segments': tcp('kms', segments(Uint8Array.from([5, 0, 12, 3, 16, 0, 0, 0, 180, 16]), 'a')),
};

export const TLS: Kinds = {
  'a certificate of 48,000 names': overTls('tls', () => manyNames(48_000)),
  'a chain of 300 certificates': overTls('tls', () => manyCertificates(300)),
  'a chain of 50 certificates': overTls('tls', () => manyCertificates(50)),
  'a certificate of 9,000 names': overTls('tls', () => manyNames(9000)),
  'a certificate, and then silence': overTls('https', plain),
  'TLS records without end': tcp(
    'tls',
    floods('\u0016\u0003\u0003\u0000\u0001\u0002', '\u0016\u0003\u0003\u0000\u0001\u0000', 512 * MEGABYTE),
  ),
};

export const DATAGRAM: Kinds = {
  'DNS answers of the smallest records': datagrams('dns', (query) => [manyRecords(query, 60_000)]),
  'DNS answers to nothing that was asked': datagrams('dns', (query) => {
    const other = Buffer.from(manyRecords(query, 1200));
    other.writeUInt16BE((query.readUInt16BE(0) + 1) & 0xffff, 0);
    return Array.from({ length: 500 }, () => other);
  }),
  'DNS over TCP in one-byte segments': datagrams(
    'dns',
    (query) => [reply(readQuery(query), { truncated: true })],
    (query, socket) => {
      const bytes = framed(manyRecords(query, 65_000));
      let at = 0;
      const pour = (): void => {
        for (let count = 0; count < 64 && socket.writable && at < bytes.length - 1; count += 1) {
          socket.write(bytes.subarray(at, at + 1));
          at += 1;
        }
        if (socket.writable) setTimeout(pour, 2);
      };
      pour();
    },
  ),
  'DNS over TCP of the smallest records': datagrams(
    'dns',
    (query) => [reply(readQuery(query), { truncated: true })],
    (query, socket) => void socket.write(framed(manyRecords(query, 65_000))),
  ),
  'NTP floods': datagrams('ntp', () => Array.from({ length: 500 }, () => Buffer.alloc(1400, 0x24))),
};

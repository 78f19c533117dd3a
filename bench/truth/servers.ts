/** TLS servers after the list of badssl.com, and others that do unusual things. */
import { execFileSync, spawn } from 'node:child_process';
import { generatePrimeSync, getDiffieHellman } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TlsOptions } from 'node:tls';
import { mapInFlight } from '../../src/run/in-flight.ts';
import { nameServer, to } from '../../test/run/peers.ts';
import { ran, targets } from '../../test/run/runs.ts';
import {
  closesAfterData,
  resetsAfterData,
  sends,
  sendsAndCloses,
  silent,
  TLS_1_0_HELLO,
  TORN_TLS_RECORD,
  tlsAlert,
} from '../../test/servers/behaviours.ts';
import { certificateFlight } from '../../test/servers/certificate-message.ts';
import { authority, identity, type Party, type Request, server } from '../../test/servers/certificates.ts';
import { type Behaviour, closedPort, type Owner, openPeer, openTlsPeer } from '../../test/servers/peer.ts';
import fixtures from './fixtures/tls-servers.json' with { type: 'json' };
import { compareTarget, type Expected, withPeers } from './peers.ts';
import type { Outcome, Suite } from './types.ts';

interface Case {
  readonly id: string;
  readonly host?: string;
  readonly key?: keyof typeof KEYS;
  readonly certificate?: Certificate;
  readonly serve:
    | { readonly tls: TlsOptions }
    | OpenSslServer
    | { readonly smallGroup: number }
    | { readonly bytes: keyof typeof BYTES };
  /** What stands between the client and the server. */
  readonly through?: {
    readonly pieces?: number;
    readonly recordBytes?: number;
    readonly warnings?: number;
    readonly alertFor?: string;
    readonly alert?: number;
  };
  readonly expected: Expected;
}

interface OpenSslServer {
  readonly openssl: readonly string[];
  readonly dhBits?: keyof typeof GROUPS;
}

interface Certificate {
  readonly issuer?: 'self' | 'foreign' | 'intermediate';
  /** Sent without its issuer. */
  readonly alone?: boolean;
  readonly subject?: string;
  readonly names?: readonly string[];
  readonly nameCount?: number;
  readonly from?: number;
  readonly until?: number;
  /** Of the signature, when OpenSSL is to make it. */
  readonly digest?: string;
}

const HOST = 'known.test';
const ADDRESS = '20.60.7.7';
const AT_A_TIME = 4;

const rsa = (modulusLength: number) =>
  ({ name: 'RSASSA-PKCS1-v1_5', modulusLength, hash: 'SHA-256' }) as const;

const KEYS = {
  p256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  p384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-256' },
  rsa1024: rsa(1024),
  rsa2048: rsa(2048),
  rsa4096: rsa(4096),
} as const;

/** By bits: the names of Node.js for groups of IKE. */
const GROUPS = { 1024: 'modp2', 2048: 'modp14' } as const;

const BYTES = {
  'TLS 1.0 hello': sends(TLS_1_0_HELLO),
  'alert 40': sends(tlsAlert(40)),
  'closes after the ClientHello': closesAfterData,
  'resets after the ClientHello': resetsAfterData,
  'says nothing': silent,
  'stops in a record': sends(TORN_TLS_RECORD),
  HTTP: sendsAndCloses('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'),
  SSH: (socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
  'garbage certificate': sends(certificateFlight(Buffer.alloc(200, 0x41))),
  'no certificate': sends(certificateFlight()),
} as const satisfies Record<string, Behaviour>;

export const servers: Suite = {
  name: 'servers',
  title: 'TLS servers',
  about:
    'After the list of badssl.com: versions, ciphers, small Diffie-Hellman groups, client certificates, certificates ' +
    'with 1,000 and 10,000 names; and HelloRetryRequest, no SNI, one byte at a time, fragmented records, warning ' +
    'alerts (`bench/truth/fixtures/tls-servers.json`). The servers are those of Node.js and of `openssl s_server`, and ' +
    'small ones that send bytes. A target `tls://` of the user leads to each, and its status, failure and cause are ' +
    'compared.',
  run: async () => {
    const made = await makeAuthorities();
    const cases = fixtures as unknown as readonly Case[];
    return { outcomes: await mapInFlight(cases, AT_A_TIME, (each) => compareServer(each, made)), notes: [] };
  },
};

interface Authorities {
  readonly root: Party;
  readonly foreign: Party;
  readonly intermediate: Party;
}

async function makeAuthorities(): Promise<Authorities> {
  const root = await authority('CN=Root');
  const foreign = await authority('CN=Unknown root');
  return { root, foreign, intermediate: await authority('CN=Issuing', { issuer: root }) };
}

function compareServer(one: Case, authorities: Authorities): Promise<Outcome> {
  return withPeers(async (owner) => {
    const port = await openBehind(owner, one, await openServer(owner, one, authorities));
    const host = one.host ?? HOST;
    const names = [
      await nameServer(owner, (name) => (name === host ? { addresses: [ADDRESS] } : { rcode: 'NXDOMAIN' })),
    ];
    const run = await ran({
      options: {
        target: targets(`tls://${host}:443`),
        timeout: one.expected.failure === 'tls_timeout' ? 1000 : 5000,
      },
      names,
      redirections: [to({ port }, ADDRESS, 443)],
      roots: [authorities.root.pem],
    });
    return compareTarget(one.id, one.expected, run.only);
  });
}

/** The port of the server itself. */
async function openServer(owner: Owner, one: Case, authorities: Authorities): Promise<number> {
  const { serve } = one;
  if ('bytes' in serve) return (await openPeer(owner, BYTES[serve.bytes])).port;
  const files = mkdtempSync(join(tmpdir(), 'truth-'));
  owner.teardown(() => rmSync(files, { recursive: true }));
  const { cert, key } = await makeCertificate(one, authorities, files);
  if ('tls' in serve) return (await openTlsPeer(owner, { cert, key, ...serve.tls })).port;
  if ('smallGroup' in serve)
    return (await openPeer(owner, sends(smallGroupFlight(cert, serve.smallGroup)))).port;
  writeFileSync(join(files, 'cert.pem'), cert);
  writeFileSync(join(files, 'key.pem'), key);
  return openOpenSsl(owner, files, serve);
}

async function makeCertificate(
  { certificate = {}, key = 'p256', host = HOST }: Case,
  { root, foreign, intermediate }: Authorities,
  files: string,
): Promise<{ cert: string; key: string }> {
  const { issuer, alone = false, names = [HOST], nameCount = names.length, digest, ...dates } = certificate;
  if (digest !== undefined) return signWith(digest, root, files);
  const more = Array.from({ length: nameCount - names.length }, (_, index) => `name-${index}.test`);
  const request = { subject: `CN=${host}`, algorithm: KEYS[key], ...dates } as Partial<Request>;
  if (issuer === 'self') {
    const own = await authority(`CN=${host}`, { ...dates });
    return identity(own);
  }
  const signer = issuer === 'foreign' ? foreign : issuer === 'intermediate' ? intermediate : root;
  const leaf = await server(signer, [...names, ...more], request);
  return issuer === 'intermediate' && !alone ? identity(leaf, intermediate) : identity(leaf);
}

/** A certificate that the root signs with this digest, by OpenSSL's own program. */
function signWith(digest: string, root: Party, files: string): { cert: string; key: string } {
  const at = (name: string): string => join(files, name);
  const { cert, key } = identity(root);
  writeFileSync(at('ca.pem'), cert);
  writeFileSync(at('ca.key'), key);
  writeFileSync(at('names'), `subjectAltName=DNS:${HOST}`);
  const openssl = (...args: readonly string[]): string =>
    execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  const request = [
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    `/CN=${HOST}`,
  ];
  openssl(...request, '-keyout', at('leaf.key'), '-out', at('leaf.csr'));
  const signing = ['x509', '-req', `-${digest}`, '-days', '30', '-CAcreateserial', '-extfile', at('names')];
  return {
    cert: openssl(...signing, '-in', at('leaf.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key')),
    key: openssl('pkey', '-in', at('leaf.key')),
  };
}

async function openOpenSsl(owner: Owner, files: string, { openssl, dhBits }: OpenSslServer): Promise<number> {
  const port = await closedPort();
  const own = [...openssl];
  if (dhBits !== undefined) {
    const group = join(files, 'dh.pem');
    writeFileSync(group, makeGroup(dhBits));
    own.push('-dhparam', group);
  }
  const pair = ['-cert', join(files, 'cert.pem'), '-key', join(files, 'key.pem')];
  const child = spawn('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, '-quiet', ...pair, ...own], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  owner.teardown(() => child.kill('SIGKILL'));
  for (let tried = 0; tried < 200; tried += 1) {
    if (await isOpen(port)) return port;
    await sleep(25);
  }
  throw new Error(`openssl s_server ${own.join(' ')} does not listen`);
}

/** Parameters of Diffie-Hellman (PKCS #3): the groups of RFC 2409 and RFC 3526. */
function makeGroup(bits: keyof typeof GROUPS): string {
  const prime = getDiffieHellman(GROUPS[bits]).getPrime();
  const length = Buffer.from([0x82, 0, 0]);
  const integer = Buffer.concat([Buffer.from([0x02]), length, Buffer.from([0]), prime]);
  integer.writeUInt16BE(prime.length + 1, 2);
  const body = Buffer.concat([integer, Buffer.from([0x02, 1, 2])]);
  length.writeUInt16BE(body.length, 1);
  const text = Buffer.concat([Buffer.from([0x30]), length, body]).toString('base64');
  return `-----BEGIN DH PARAMETERS-----\n${text.replace(/.{64}/g, '$&\n')}\n-----END DH PARAMETERS-----\n`;
}

/**
 * The first flight of a server with ephemeral Diffie-Hellman over a small group (RFC 5246 section 7.4.3), which OpenSSL
 * does not serve. The signature is no signature: a client judges the group first.
 */
function smallGroupFlight(certificate: string, bits: number): Buffer {
  const flight = certificateFlight(derOf(certificate));
  flight.writeUInt16BE(DHE_RSA_AES128_GCM_SHA256, CIPHER_SUITE_AT);
  const vectors = [
    Buffer.from(generatePrimeSync(bits, { safe: true })),
    Buffer.from([2]),
    Buffer.alloc(bits / 8, 7),
  ];
  const body = Buffer.concat([...vectors.map(vector), Buffer.from([8, 4]), vector(Buffer.alloc(256, 1))]);
  const message = Buffer.concat([Buffer.from([12, 0]), vector(body)]);
  const keyExchange = Buffer.concat([Buffer.from([22, 3, 3]), vector(message)]);
  const done = flight.length - SERVER_HELLO_DONE;
  return Buffer.concat([flight.subarray(0, done), keyExchange, flight.subarray(done)]);
}

const DHE_RSA_AES128_GCM_SHA256 = 0x009e;
/** In a flight whose ServerHello has no session id: after the headers of record and message, version and random. */
const CIPHER_SUITE_AT = 5 + 4 + 2 + 32 + 1;
const SERVER_HELLO_DONE = 9;

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}

/** Bytes after their length in two bytes. */
function vector(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** The port of what stands before the server, which may be the server itself. */
async function openBehind(owner: Owner, { through }: Case, port: number): Promise<number> {
  if (through === undefined) return port;
  const { alertFor, alert = 0, warnings = 0 } = through;
  const peer = await openPeer(owner, (client) => {
    client.setNoDelay(true);
    client.once('data', (hello: Buffer) => {
      if (alertFor !== undefined && hello.includes(alertFor)) return void client.end(tlsAlert(alert));
      for (let count = 0; count < warnings; count += 1) client.write(WARNING);
      const onward = connect(port, '127.0.0.1', () => onward.write(hello));
      onward.on('error', () => client.destroy());
      client.on('close', () => onward.destroy());
      client.on('data', (bytes: Buffer) => onward.write(bytes));
      const change = changeOf(through);
      let writing = Promise.resolve();
      onward.on('data', (bytes: Buffer) => {
        for (const piece of change(bytes)) writing = writing.then(() => writeAlone(client, piece));
      });
    });
  });
  return peer.port;
}

/** unrecognized_name as a warning (RFC 6066 section 3). */
const WARNING = Uint8Array.from([21, 3, 3, 0, 2, 1, 112]);

/** Writes a piece that becomes a segment of its own. */
function writeAlone(client: Socket, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => void client.write(piece, () => setImmediate(resolve)));
}

function changeOf({
  pieces,
  recordBytes,
}: NonNullable<Case['through']>): (bytes: Buffer) => readonly Buffer[] {
  if (recordBytes !== undefined) return fragmentRecords(recordBytes);
  return (bytes) => (pieces === undefined ? [bytes] : slicesOf(bytes, pieces));
}

function slicesOf(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

const [CHANGE_CIPHER_SPEC, HANDSHAKE] = [20, 22];
const RECORD_HEADER = 5;

/** Splits the records of an unencrypted handshake (RFC 5246 section 6.2.1); encrypted ones cannot be split. */
function fragmentRecords(size: number): (bytes: Buffer) => readonly Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  let isPlain = true;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const records: Buffer[] = [];
    for (;;) {
      const end = RECORD_HEADER + (rest.length < RECORD_HEADER ? Infinity : rest.readUInt16BE(3));
      if (rest.length < end) return records;
      const record = rest.subarray(0, end);
      rest = rest.subarray(end);
      if (record[0] === CHANGE_CIPHER_SPEC) isPlain = false;
      const body = record.subarray(RECORD_HEADER);
      const parts = isPlain && record[0] === HANDSHAKE ? slicesOf(body, size) : [body];
      for (const part of parts) {
        const header = Buffer.from(record.subarray(0, RECORD_HEADER));
        header.writeUInt16BE(part.length, 3);
        records.push(Buffer.concat([header, part]));
      }
    }
  };
}

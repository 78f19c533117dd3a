import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** Packet types of [MS-TDS] 2.2.3.1.1. */
const PRELOGIN = 0x12;
const LOGIN7 = 0x10;
const TABULAR_RESULT = 0x04;

/** Of the PRELOGIN reply: version 12.0.2000, encryption REQ, no instance, no thread, no MARS, FEDAUTHREQUIRED. */
const PRELOGIN_REPLY = Buffer.from(
  ['00001f0006', '0100250001', '0200260001', '0300270000', '0400270001', '0600280001', 'ff']
    .concat('0c0007d00000', '03', '00', '00', '01')
    .join(''),
  'hex',
);

const LOGIN_FAILED = { number: 18_456, state: 1, class: 14, text: 'Login failed.' } as const;

/**
 * A server that speaks TDS as far as an Azure SQL gateway does with a stranger: PRELOGIN, TLS inside TDS packets
 * up to version 1.2, and a login that fails, whoever it is.
 */
export function sqlServer(identity: TlsOptions): Server {
  const tls = createTlsServer({ ...identity, maxVersion: 'TLSv1.2' }, (secured) => {
    secured.on('error', () => secured.destroy());
    firstMessage(secured, ({ type }) => {
      if (type === LOGIN7) secured.end(packet(TABULAR_RESULT, refusal()));
      else secured.destroy();
    });
  });
  tls.on('tlsClientError', (_error, secured) => secured.destroy());
  return createTcpServer((socket) => {
    firstMessage(socket, ({ type, rest }) => {
      if (type === PRELOGIN) {
        socket.write(packet(TABULAR_RESULT, PRELOGIN_REPLY));
        tls.emit('connection', new WrappedTls(socket, rest));
      } else socket.destroy();
    });
  });
}

interface Received {
  readonly type: number;
  /** What came after it. */
  readonly rest: Buffer;
}

/** Calls back once, when the last packet of the first message is there. */
function firstMessage(stream: Duplex, received: (message: Received) => void): void {
  let bytes = Buffer.alloc(0);
  stream.on('data', function onData(chunk: Buffer) {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 8 && bytes.length >= bytes.readUInt16BE(2)) {
      const [type, status] = [bytes.readUInt8(0), bytes.readUInt8(1)];
      bytes = bytes.subarray(Math.max(8, bytes.readUInt16BE(2)));
      if ((status & 1) === 0) continue;
      stream.off('data', onData);
      received({ type, rest: bytes });
      return;
    }
  });
}

/**
 * TLS on the server's side of TDS 7: both sides wrap its records while they shake hands, and go on without a
 * wrapper after that. The client is the first to speak then, and the first byte of a record is no packet's type.
 */
class WrappedTls extends Duplex {
  readonly #socket: Socket;
  #bytes: Buffer;
  #wrapped = true;

  constructor(socket: Socket, early: Buffer) {
    super();
    this.#socket = socket;
    this.#bytes = early;
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#unwrap();
    });
    socket.once('end', () => this.push(null));
    socket.once('close', () => this.destroy());
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#socket.write(this.#wrapped ? packet(PRELOGIN, chunk) : chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(_error: Error | null, done: () => void): void {
    this.#socket.destroy();
    done();
  }

  #unwrap(): void {
    while (this.#bytes.length >= 8) {
      if (this.#bytes.readUInt8(0) !== PRELOGIN) this.#wrapped = false;
      const length = this.#wrapped ? Math.max(8, this.#bytes.readUInt16BE(2)) : this.#bytes.length;
      if (this.#bytes.length < length) return;
      this.push(this.#bytes.subarray(this.#wrapped ? 8 : 0, length));
      this.#bytes = this.#bytes.subarray(length);
    }
  }
}

function packet(type: number, payload: Buffer): Buffer {
  const header = Buffer.from([type, 1, 0, 0, 0, 0, 1, 0]);
  header.writeUInt16BE(8 + payload.length, 2);
  return Buffer.concat([header, payload]);
}

/** An ERROR token and the DONE after it ([MS-TDS] 2.2.7.10 and 2.2.7.6). */
function refusal(): Buffer {
  const text = Buffer.from(LOGIN_FAILED.text, 'utf16le');
  const error = Buffer.alloc(8 + 2);
  error.writeInt32LE(LOGIN_FAILED.number, 0);
  error.writeUInt8(LOGIN_FAILED.state, 4);
  error.writeUInt8(LOGIN_FAILED.class, 5);
  error.writeUInt16LE(LOGIN_FAILED.text.length, 6);
  const body = Buffer.concat([error.subarray(0, 8), text, Buffer.from([0, 0]), uint32(1)]);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(body.length, 0);
  const done = Buffer.concat([Buffer.from([0xfd, 2, 0, 0, 0]), Buffer.alloc(8)]);
  return Buffer.concat([Buffer.from([0xaa]), length, body, done]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}

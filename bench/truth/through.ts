/** A device between the client and a TLS server, which sends alerts or cuts what the server sends into pieces. */
import { connect, type Socket } from 'node:net';
import { tlsAlert } from '../../test/servers/behaviours.ts';
import { type Owner, openPeer } from '../../test/servers/peer.ts';

export interface Through {
  /** Bytes of each segment that the client gets. */
  readonly pieces?: number;
  /** Bytes of each record of the unencrypted handshake. */
  readonly recordBytes?: number;
  /** Warning alerts before the server's first byte. */
  readonly warnings?: number;
  /** The server name that is refused with `alert`. */
  readonly alertFor?: string;
  readonly alert?: number;
}

/** The port of a device before the server at `port`; without one, that port. */
export async function openThrough(owner: Owner, through: Through | undefined, port: number): Promise<number> {
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

function changeOf({ pieces, recordBytes }: Through): (bytes: Buffer) => readonly Buffer[] {
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

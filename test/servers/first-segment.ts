/** A device that reads only the first TCP segment of a connection. */
import { connect } from 'node:net';
import { type Owner, openPeer } from './peer.ts';

/** Bytes of a TCP segment on Ethernet, without the options that most hosts send. */
export const SEGMENT = 1448;
const RECORD_HEADER = 5;

/**
 * Passes connections on, unless the first segment does not hold the whole ClientHello: those it resets.
 * @returns its port, and the size of each ClientHello
 */
export async function firstSegmentOnly(
  t: Owner,
  target: number,
): Promise<{ readonly port: number; readonly sizes: readonly number[] }> {
  const sizes: number[] = [];
  const { port } = await openPeer(t, (client) => {
    client.once('data', (bytes: Buffer) => {
      const whole = RECORD_HEADER + bytes.readUInt16BE(3);
      sizes.push(whole);
      if (whole > SEGMENT) return void client.resetAndDestroy();
      const onward = connect(target, '127.0.0.1', () => onward.write(bytes));
      onward.on('error', () => {});
      client.pipe(onward).pipe(client);
    });
  });
  return { port, sizes };
}

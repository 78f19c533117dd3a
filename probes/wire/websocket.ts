/** The opening handshake of a WebSocket (RFC 6455 section 4). */
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { printable } from '../printable.ts';
import { toPeerError } from './failure.ts';

const HEADER_LIMIT = 16_384;

export interface UpgradeRequest {
  readonly host: string;
  readonly path: string;
  /** The requested subprotocol. */
  readonly protocol: string;
  /** 16 random bytes, in Base64. */
  readonly key: string;
}

export interface UpgradeReply {
  /** 101 when the server agreed. */
  readonly status: number;
  /** The subprotocol that the server chose, printable. */
  readonly protocol: string | null;
}

/**
 * Asks a server to switch to WebSocket and reads the head of its reply. The caller owns the socket.
 * @throws ProbeError protocol_*
 */
export function askToUpgrade(socket: Socket, asked: UpgradeRequest): Promise<UpgradeReply> {
  return new Promise((resolve, reject) => {
    const opening = request({
      createConnection: () => socket,
      method: 'GET',
      path: asked.path,
      maxHeaderSize: HEADER_LIMIT,
      headers: {
        host: asked.host,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': asked.key,
        'sec-websocket-protocol': asked.protocol,
        'user-agent': 'apim-probe',
      },
    });
    const broken = (error: Error): void => reject(toPeerError(error, 'protocol'));
    const answered: Parameters<typeof opening.once>[1] = ({ statusCode, headers }) => {
      const chosen = headers['sec-websocket-protocol'];
      resolve({ status: statusCode ?? 0, protocol: chosen === undefined ? null : printable(chosen, 64) });
      opening.destroy();
    };
    opening.once('upgrade', answered).once('response', answered).on('error', broken).end();
  });
}

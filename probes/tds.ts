import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ProbeError } from './failures.ts';
import { decodePreloginReply, type PreloginReply, preloginRequest } from './tds-message.ts';
import { TdsTunnel } from './tds-tunnel.ts';
import type { Probe } from './types.ts';
import { dial } from './wire/dial.ts';
import { MessageReader } from './wire/read.ts';
import type { Session } from './wire/session.ts';
import { secure } from './wire/tls.ts';

const TLS_ALERT = 21;

/**
 * SQL Server and Azure SQL ([MS-TDS]): PRELOGIN and its reply, then TLS and the certificate, and no login. TDS 7
 * comes first; who wants TLS before everything (TDS 8) is met on a second connection.
 */
export const tds: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    const reader = new MessageReader(socket);
    const reply = await prelogin(session, socket, reader, 'tds7').catch((error: unknown) => {
      if (mayWantTlsFirst(error, reader)) return error;
      throw error;
    });
    if (reply instanceof ProbeError) await instead(session, reply);
    else if (reply.encryption === 'strict') await tlsFirst(session);
    else if (willEncrypt(reply, session)) await tlsInside(session, socket, reader.rest);
    session.facts.proof = 'reply';
  },
};

async function prelogin(
  session: Session,
  socket: Duplex,
  reader: MessageReader,
  mode: 'tds7' | 'tds8',
): Promise<PreloginReply> {
  const reply = await session.step('handshake', 'protocol', () => {
    socket.write(preloginRequest());
    return reader.next(decodePreloginReply);
  });
  session.facts.tds = { mode, ...reply };
  return reply;
}

/**
 * Whether TLS follows. With `off` only a login would be encrypted, and no client looks at the certificate then:
 * SQL Server makes one up that leads nowhere. One of Azure's own has to show a good one all the same.
 */
function willEncrypt({ encryption }: PreloginReply, { target }: Session): boolean {
  return encryption === 'off' ? target.azureService : encryption !== 'not-supported';
}

/**
 * TLS inside TDS, up to 1.2 as in Microsoft's own clients: with 1.3 the server's part of the handshake ends before
 * the client's, and the tickets that it sends after that no longer have a wrapper.
 */
async function tlsInside(session: Session, socket: Socket, early: Uint8Array): Promise<void> {
  const tunnel = session.own(new TdsTunnel(socket, early));
  await secure(session, tunnel, undefined, session.trust.contextUpToTls12);
}

/** TDS 8: TLS from the first byte, on a connection of its own, and PRELOGIN inside. */
async function tlsFirst(session: Session): Promise<void> {
  session.dispose();
  const secured = await secure(session, await dial(session), ['tds/8.0']);
  await prelogin(session, secured, new MessageReader(secured), 'tds8');
}

/** A server for TDS 8 alone takes PRELOGIN for a broken handshake: it hangs up, or sends an alert. */
function mayWantTlsFirst(error: unknown, reader: MessageReader): error is ProbeError {
  if (!(error instanceof ProbeError)) return false;
  return (
    error.failure === 'protocol_closed' ||
    (error.failure === 'protocol_mismatch' && reader.rest[0] === TLS_ALERT)
  );
}

/** When it speaks no TLS either, how it took PRELOGIN is what there is to say. */
async function instead(session: Session, refusal: ProbeError): Promise<void> {
  try {
    await tlsFirst(session);
  } catch (error) {
    if (session.facts.tls !== undefined || !(error instanceof ProbeError)) throw error;
    if (error.failure === 'local_limit') throw error;
    throw new ProbeError(refusal.failure, `${refusal.message}; and with TLS first: ${error.message}`);
  }
}

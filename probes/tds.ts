import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import { createRefusal } from './refusal.ts';
import { decodePreloginReply, type PreloginReply, preloginRequest, type ServerError } from './tds-message.ts';
import { TdsTunnel } from './tds-tunnel.ts';
import type { Probe } from './types.ts';
import { dial } from './wire/dial.ts';
import { MessageReader } from './wire/read.ts';
import type { Session } from './wire/session.ts';
import { secure } from './wire/tls.ts';

const TLS_ALERT = 21;

/**
 * SQL Server and Azure SQL ([MS-TDS]): PRELOGIN and its reply, then TLS and the certificate, without a login. Tries
 * TDS 7 first. For a server that requires TLS first (TDS 8) it opens a second connection.
 *
 * Proof of Azure SQL: the reply and a valid certificate. Azure SQL always encrypts, so no reply makes the probe ask for
 * less: with `off` it starts TLS nevertheless, and `not-supported` is a mismatch. Proof of the user's own server: the
 * reply, and a valid certificate only where the server encrypts more than the login. The errors of Azure SQL's network
 * rules (40615, 40914, 47073, 42101) follow a login, which a probe must not try; an error before it is a refusal.
 */
export const tds: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    const reader = new MessageReader(socket);
    const reply = await prelogin(session, socket, reader, 'tds7').catch((error: unknown) => {
      if (mayWantTlsFirst(error, reader)) return error;
      throw error;
    });
    if (reply instanceof ProbeError) await tryTlsFirst(session, reply);
    else if (reply.encryption === 'not-supported' && session.target.azureService)
      throw new ProbeError(
        'protocol_mismatch',
        'a SQL server without encryption, and Azure SQL always encrypts',
      );
    else if (reply.encryption === 'strict') await startTlsFirst(session);
    else if (willEncrypt(reply, session)) await startTlsInside(session, socket, reader.rest);
    session.facts.proof = 'reply';
  },
};

async function prelogin(
  session: Session,
  socket: Duplex,
  reader: MessageReader,
  mode: 'tds7' | 'tds8',
): Promise<PreloginReply> {
  const reply = await session.step('handshake', 'protocol', async () => {
    socket.write(preloginRequest());
    const answer = await reader.next(decodePreloginReply);
    if ('number' in answer) throw refusalOf(session, answer);
    return answer;
  });
  session.facts.tds = { mode, ...reply };
  return reply;
}

function refusalOf(session: Session, { number, text }: ServerError): ProbeError {
  const detail = `answered PRELOGIN with error ${number}: ${printable(text, 256)}`;
  return createRefusal(session, { to: 'PRELOGIN', code: String(number), text }, detail);
}

/**
 * Whether TLS follows. With `off` only the login is encrypted, and clients ignore the certificate, which SQL Server
 * signs itself. An Azure service must have a valid certificate nevertheless.
 */
function willEncrypt({ encryption }: PreloginReply, { target }: Session): boolean {
  return encryption === 'off' ? target.azureService : encryption !== 'not-supported';
}

/**
 * TLS inside TDS, up to 1.2 like Microsoft's clients: with 1.3 the server finishes before the client, and sends its
 * tickets unwrapped.
 */
async function startTlsInside(session: Session, socket: Socket, early: Uint8Array): Promise<void> {
  const tunnel = session.own(new TdsTunnel(socket, early));
  await secure(session, tunnel, undefined, session.trust.contextUpToTls12);
}

/** TDS 8: TLS from the first byte on a new connection, and PRELOGIN inside. */
async function startTlsFirst(session: Session): Promise<void> {
  session.dispose();
  const secured = await secure(session, await dial(session), ['tds/8.0']);
  await prelogin(session, secured, new MessageReader(secured), 'tds8');
}

/** A server that supports only TDS 8 reads PRELOGIN as a malformed handshake: it closes, or sends an alert. */
function mayWantTlsFirst(error: unknown, reader: MessageReader): error is ProbeError {
  if (!(error instanceof ProbeError)) return false;
  return (
    error.failure === 'protocol_closed' ||
    (error.failure === 'protocol_mismatch' && reader.rest[0] === TLS_ALERT)
  );
}

/** Tries TDS 8. When the server does not speak TLS either, reports its reaction to PRELOGIN. */
async function tryTlsFirst(session: Session, refusal: ProbeError): Promise<void> {
  try {
    await startTlsFirst(session);
  } catch (error) {
    if (session.facts.tls !== undefined || !(error instanceof ProbeError)) throw error;
    if (error.failure === 'local_limit') throw error;
    throw new ProbeError(refusal.failure, `${refusal.message}; and with TLS first: ${error.message}`);
  }
}

import { createRefusal } from './refusal.ts';
import { decodeNegotiateReply, negotiateRequest, RANDOM_BYTES } from './smb2.ts';
import type { Probe } from './types.ts';
import { MessageReader } from './wire/read.ts';

/** Names from MS-ERREF for the errors that servers return to NEGOTIATE. */
const STATUSES: ReadonlyMap<number, string> = new Map([
  [0xc000000d, 'STATUS_INVALID_PARAMETER'],
  [0xc0000022, 'STATUS_ACCESS_DENIED'],
  [0xc000009a, 'STATUS_INSUFFICIENT_RESOURCES'],
  [0xc00000bb, 'STATUS_NOT_SUPPORTED'],
  [0xc00000d0, 'STATUS_REQUEST_NOT_ACCEPTED'],
  [0xc000020c, 'STATUS_CONNECTION_DISCONNECTED'],
]);

/**
 * Negotiates a version and closes before authentication.
 *
 * Proof: a complete response to NEGOTIATE with a version that was offered. SMB proves no name before a login. No reply
 * makes the probe ask for less: an error and SMB 1 never prove.
 */
export const smb: Probe = {
  over: 'tcp',
  converse: (session, socket) =>
    session.step('handshake', 'protocol', async () => {
      socket.write(negotiateRequest(session.system.randomBytes(RANDOM_BYTES)));
      const reply = await new MessageReader(socket).next(decodeNegotiateReply);
      if (reply.kind === 'session-refused') {
        const refusal = { to: 'the connection', code: 'negative session response', text: reply.reason };
        throw createRefusal(session, refusal, `the server refused the session: ${reply.reason}`);
      }
      if (reply.kind === 'error') {
        const code = `0x${reply.status.toString(16).padStart(8, '0')}`;
        const status = STATUSES.get(reply.status) ?? code;
        const refusal = { to: 'NEGOTIATE', code: status, text: null };
        throw createRefusal(session, refusal, `the server answered ${status}`);
      }
      const { dialect, serverGuid, signingRequired, capabilities } = reply;
      session.facts.smb = { dialect, serverGuid, signingRequired, capabilities: [...capabilities] };
      session.facts.proof = 'reply';
    }),
};

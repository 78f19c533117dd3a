import { ProbeError } from './failures.ts';
import { decodeNegotiateReply, negotiateRequest, RANDOM_BYTES } from './smb2.ts';
import type { Probe } from './types.ts';
import { MessageReader } from './wire/read.ts';

/** Names from MS-ERREF for the errors that servers return to NEGOTIATE. */
const STATUSES: ReadonlyMap<number, string> = new Map([
  [0xc000000d, 'STATUS_INVALID_PARAMETER'],
  [0xc0000022, 'STATUS_ACCESS_DENIED'],
  [0xc00000bb, 'STATUS_NOT_SUPPORTED'],
]);

/** Negotiates a version and closes before authentication. */
export const smb: Probe = {
  over: 'tcp',
  converse: (session, socket) =>
    session.step('handshake', 'protocol', async () => {
      socket.write(negotiateRequest(session.system.randomBytes(RANDOM_BYTES)));
      const reply = await new MessageReader(socket).next(decodeNegotiateReply);
      if (reply.kind === 'error') {
        const code = `0x${reply.status.toString(16).padStart(8, '0')}`;
        throw new ProbeError('protocol_refused', `the server answered ${STATUSES.get(reply.status) ?? code}`);
      }
      const { dialect, serverGuid, signingRequired, capabilities } = reply;
      session.facts.smb = { dialect, serverGuid, signingRequired, capabilities: [...capabilities] };
      session.facts.proof = 'reply';
    }),
};

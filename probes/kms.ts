import { type BindReply, bindRequest, decodeBindReply, type Syntax } from './dcerpc.ts';
import type { Facts } from './facts.ts';
import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import { createRefusal } from './refusal.ts';
import type { Probe } from './types.ts';
import { MessageReader } from './wire/read.ts';
import type { Session } from './wire/session.ts';

/** The interface of the Key Management Service, which activates Windows. */
export const KMS: Syntax = { uuid: '51c82175-844e-4750-b0d8-ec255555bc06', major: 1, minor: 0 };

/** Binds to the KMS interface and closes, without requesting an activation. */
export const kms: Probe = bindTo(KMS);

/**
 * Probes an RPC service: it must accept a bind to its interface.
 *
 * Proof: acceptance of that interface. Emulators of KMS accept it too; only an activation, which a probe must not
 * request, would tell. No reply makes the probe ask for less: a bind_nak, a fault, or another interface never proves.
 */
export function bindTo(abstract: Syntax): Probe {
  return {
    over: 'tcp',
    converse: (session, socket) =>
      session.step('handshake', 'protocol', async () => {
        socket.write(bindRequest(abstract));
        const reply = await new MessageReader(socket).next(decodeBindReply);
        session.facts.kms = factsOf(reply);
        requireAcceptance(session, reply);
        session.facts.proof = 'reply';
      }),
  };
}

function factsOf(reply: BindReply): NonNullable<Facts['kms']> {
  const none = { secondaryAddress: null, maxTransmit: null };
  switch (reply.kind) {
    case 'bind_ack': {
      const [first] = reply.results;
      return {
        result: first?.result ?? 'none',
        reason: first?.reason ?? null,
        secondaryAddress: printable(reply.secondaryAddress, 64),
        maxTransmit: reply.maxTransmit,
      };
    }
    case 'bind_nak':
      return { result: 'bind_nak', reason: reply.reason, ...none };
    case 'fault':
      return { result: 'fault', reason: statusOf(reply.status), ...none };
  }
}

/** @throws ProbeError unless the interface was accepted */
function requireAcceptance(session: Session, reply: BindReply): void {
  if (reply.kind === 'bind_nak') {
    const spoken =
      reply.versions.length === 0 ? '' : `, supports ${reply.versions.slice(0, 5).join(' and ')}`;
    const refusal = { to: 'the bind', code: reply.reason, text: null };
    throw createRefusal(session, refusal, `the RPC server refused the bind: ${reply.reason}${spoken}`);
  }
  if (reply.kind === 'fault') {
    const status = statusOf(reply.status);
    const refusal = { to: 'the bind', code: `fault ${status}`, text: null };
    throw createRefusal(session, refusal, `the RPC server answered with fault ${status}`);
  }
  const [first] = reply.results;
  if (first?.result === 'acceptance') return;
  const why = first === undefined ? 'no result' : [first.result, first.reason].filter(Boolean).join(', ');
  throw new ProbeError('protocol_mismatch', `an RPC server, but not of this interface: ${why}`);
}

function statusOf(status: number): string {
  return `0x${status.toString(16).padStart(8, '0')}`;
}

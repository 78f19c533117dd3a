/** One attempt at one address, from the connection to the end of the conversation. */
import { type Failure, NotPossibleHere, type ProbeError } from '../../probes/failures.ts';
import type { Probe } from '../../probes/types.ts';
import { dial } from '../../probes/wire/dial.ts';
import { toProbeError } from '../../probes/wire/failure.ts';
import { Session } from '../../probes/wire/session.ts';
import { secure } from '../../probes/wire/tls.ts';
import type { Attempt } from '../model/report.ts';
import { isDefect } from './defects.ts';

export interface Tried {
  readonly attempt: Attempt;
  /** The defect of this program that ended the attempt; null when the network decided the result. */
  readonly defect: { readonly error: unknown } | null;
  /** Why this machine could not try; null when it did. */
  readonly impossible: string | null;
}

/** Text of the error when a local resource ran out during the attempt; else null. */
export function limitOf({ attempt: { failure, facts } }: Tried): string | null {
  return failure === 'local_limit' ? (facts.error ?? failure) : null;
}

/** Never throws: an error becomes the failure of the attempt, and earlier evidence is retained. */
export async function attempt(
  probe: Probe,
  parts: ConstructorParameters<typeof Session>[0],
  addressFrom: Attempt['addressFrom'] = 'name',
): Promise<Tried> {
  const session = new Session(parts);
  const startedAt = new Date(parts.system.now()).toISOString();
  let failure: Failure | null = null;
  let defect: Tried['defect'] = null;
  let impossible: string | null = null;
  try {
    await converse(probe, session);
  } catch (error) {
    if (error instanceof NotPossibleHere) impossible = error.message;
    const known = toProbeError(error, 'protocol');
    failure = known.failure;
    session.facts.error = known.message;
    defect = impossible === null ? findDefect(known) : null;
    if (defect !== null) session.facts.defect = true;
  } finally {
    session.dispose();
  }
  const { steps, facts } = session;
  return {
    attempt: {
      address: parts.address,
      addressFrom,
      startedAt,
      ok: failure === null,
      failure,
      steps,
      facts,
    },
    defect,
    impossible,
  };
}

async function converse(probe: Probe, session: Session): Promise<void> {
  if (probe.over === 'nothing') return probe.converse(session);
  const socket = await dial(session);
  if (probe.over === 'tcp') return probe.converse(session, socket);
  return probe.converse(session, await secure(session, socket, probe.alpn));
}

/** Only an unclassified error can be a defect of this program; its cause decides. */
function findDefect({ failure, cause }: ProbeError): Tried['defect'] {
  return failure === 'unexpected' && cause !== undefined && isDefect(cause) ? { error: cause } : null;
}

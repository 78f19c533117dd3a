/** One attempt of a probe against a peer, as in a run. */
import { type Failure, ProbeError } from '../../probes/failures.ts';
import type { Conversation } from '../../probes/protocols.ts';
import { probeFor } from '../../probes/registry.ts';
import { dial } from '../../probes/wire/dial.ts';
import { toProbeError } from '../../probes/wire/failure.ts';
import { type ProbeTarget, Session } from '../../probes/wire/session.ts';
import { createSystem, type System } from '../../probes/wire/system.ts';
import { secure } from '../../probes/wire/tls.ts';
import { TrustStore } from '../../probes/wire/trust.ts';

export interface Circumstances {
  readonly target?: Partial<ProbeTarget>;
  readonly system?: System;
  readonly trust?: TrustStore;
  readonly stepMs?: number;
  readonly signal?: AbortSignal;
}

/** Created once, because it parses every public root. */
const PUBLIC_ONLY = new TrustStore();
const NEVER = new AbortController().signal;

export function sessionWith(
  peer: { readonly address: string; readonly port: number },
  circumstances: Circumstances = {},
): Session {
  const { target, system, trust, stepMs, signal } = circumstances;
  return new Session({
    target: {
      host: peer.address,
      port: peer.port,
      path: '/',
      question: 'known.test',
      azureService: false,
      ...target,
    },
    address: peer.address,
    system: system ?? createSystem(),
    trust: trust ?? PUBLIC_ONLY,
    budget: { stepMs: stepMs ?? 5000, signal: signal ?? NEVER },
  });
}

export interface Tried {
  readonly failure: Failure | null;
  /** Text of the failure. */
  readonly error: string | null;
  /** In order, with a cross before those that failed: `connect`, `✗tls`. */
  readonly steps: readonly string[];
  readonly ms: number;
  readonly facts: Session['facts'];
}

/** Dials, performs the handshakes of the protocol, and runs the probe. */
export async function tryOnce(
  conversation: Conversation,
  peer: { readonly address: string; readonly port: number },
  circumstances: Circumstances = {},
): Promise<Tried> {
  const session = sessionWith(peer, circumstances);
  const started = performance.now();
  const error = await hold(conversation, session).then(
    () => null,
    (reason: unknown) => toProbeError(reason, 'protocol'),
  );
  session.dispose();
  return {
    failure: error?.failure ?? null,
    error: error?.message ?? null,
    steps: session.steps.map(({ name, ok }) => `${ok ? '' : '✗'}${name}`),
    ms: performance.now() - started,
    facts: session.facts,
  };
}

async function hold(conversation: Conversation, session: Session): Promise<void> {
  const probe = probeFor(conversation);
  if (probe.over === 'nothing') return probe.converse(session);
  const socket = await dial(session);
  if (probe.over === 'tcp') return probe.converse(session, socket);
  return probe.converse(session, await secure(session, socket, ['http/1.1']));
}

/** The ProbeError of the work; success or any other error fails the test. */
export async function failed(work: Promise<unknown>): Promise<ProbeError> {
  const reason = await work.then(
    () => new Error('did not fail'),
    (error: unknown) => error,
  );
  if (reason instanceof ProbeError) return reason;
  throw reason;
}

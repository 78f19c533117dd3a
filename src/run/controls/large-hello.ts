/**
 * Sends a ClientHello of two segments to an address whose TLS worked with a small one. Some devices do not take it,
 * and paths that lose full-size packets lose its first segment.
 */
import { createSecureContext } from 'node:tls';
import type { Failure } from '../../../probes/failures.ts';
import { LARGE_HELLO } from '../../../probes/wire/tls-client.ts';
import type { ControlOf } from '../../model/controls.ts';
import { isBareTls } from '../../model/cut-handshake.ts';
import type { ObservedTarget } from '../../model/report.ts';
import type { RunContext } from '../context.ts';
import { type Destination, tryHandshake } from './try-handshake.ts';

type LargeHello = ControlOf<'tls-large-hello'>;
type Try = LargeHello['detail']['tries'][number];

/** Small enough for every path: IPv4 requires 576 bytes (RFC 791). */
const SEGMENT_BYTES = 500;

/** The test of a run: it begins as soon as TLS worked at a public address, while other targets are probed. */
export class LargeHelloTest {
  readonly #context: RunContext;
  #result: Promise<LargeHello> | null = null;

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** To be called with each target that has ended. */
  seeTarget(target: ObservedTarget): void {
    const destination = this.#result === null ? findDestination(target) : null;
    if (destination === null) return;
    this.#result = testDestination(destination, this.#context);
    // A defect counts where the result is collected.
    this.#result.catch(() => undefined);
  }

  /** One control; null when no target completed TLS at a public address. */
  async finish(): Promise<LargeHello | null> {
    return this.#result;
  }
}

async function testDestination(
  destination: Destination & { readonly id: string },
  context: RunContext,
): Promise<LargeHello> {
  const tries = await tryHellos(destination, context);
  const outcome = outcomeOf(tries);
  const { id, host, port, address } = destination;
  return {
    name: 'tls-large-hello',
    outcome,
    detail: { text: `${address}:${port} (${host}) ${describe(outcome, tries)}`, target: id, address, tries },
  };
}

/** The tries end at the first unexpected result, so four mean that only small hellos passed. */
function outcomeOf(tries: readonly Try[]): LargeHello['outcome'] {
  if (tries[0]?.failure === null) return 'expected';
  const last = tries[3];
  return last !== undefined && (last.failure === null || failedInTls(last.failure)) ? 'anomalous' : 'unknown';
}

function describe(outcome: LargeHello['outcome'], tries: readonly Try[]): string {
  if (outcome === 'expected') return 'takes a ClientHello of two segments';
  if (outcome === 'unknown') return 'failed with a ClientHello of two segments, without a clear reason';
  const last = tries.at(-1)?.failure === null ? 'passes' : 'fails too';
  return `takes a small ClientHello and not one of two segments; in segments of ${SEGMENT_BYTES} bytes it ${last}`;
}

function findDestination({
  id,
  host,
  port,
  attempts,
  addresses,
}: ObservedTarget): (Destination & { readonly id: string }) | null {
  const isPublic = (address: string): boolean =>
    addresses.some((known) => known.address === address && known.scope === 'public');
  const worked = attempts.find(
    (attempt) =>
      attempt.ok && attempt.facts.tls !== undefined && isBareTls(attempt) && isPublic(attempt.address),
  );
  return worked === undefined ? null : { id, host, port, address: worked.address };
}

/** Large, small, large, and large in small segments, until one of them gives an unexpected result. */
async function tryHellos(destination: Destination, context: RunContext): Promise<Try[]> {
  const serverName = destination.host;
  const secureContext = createSecureContext({ ...LARGE_HELLO, ca: [] });
  const hellos = [
    { hello: 'large', options: { serverName, secureContext } },
    { hello: 'small', options: { serverName } },
    { hello: 'large', options: { serverName, secureContext } },
    { hello: 'segments', options: { serverName, secureContext, segmentBytes: SEGMENT_BYTES } },
  ] as const;
  const tries: Try[] = [];
  for (const { hello, options } of hellos) {
    const { failure } = await tryHandshake(destination, options, context);
    tries.push({ hello, failure });
    // A failure before TLS says nothing about the hello.
    const isExpected = hello === 'small' ? failure === null : failedInTls(failure);
    if (!isExpected) break;
  }
  return tries;
}

function failedInTls(failure: Failure | null): boolean {
  return failure?.startsWith('tls_') === true;
}

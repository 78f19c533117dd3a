/**
 * Repeats a cut TLS handshake at the same address with no server name and with another one. A firewall that filters
 * by server name lets these through.
 */
import type { Failure } from '../../../probes/failures.ts';
import { dial } from '../../../probes/wire/dial.ts';
import { toProbeError } from '../../../probes/wire/failure.ts';
import { Session } from '../../../probes/wire/session.ts';
import { handshake } from '../../../probes/wire/tls.ts';
import type { ControlOf } from '../../model/controls.ts';
import type { Attempt, ObservedTarget } from '../../model/report.ts';
import type { RunContext } from '../context.ts';

type OtherName = ControlOf<'tls-other-name'>;

const CUT: readonly (Failure | null)[] = ['tls_reset', 'tls_closed', 'tls_timeout'];
/** Failures that say nothing about the path. */
const INCONCLUSIVE: readonly Failure[] = ['deadline_exceeded', 'local_limit'];
/** A firewall that filters by name cuts many targets; a few suffice as evidence. */
const MOST_TARGETS = 8;
/** A name that firewalls usually allow, for runs in which no target passed. */
const COMMON_NAME = 'www.microsoft.com';

/** One control per cut target and other name; none when no handshake was cut. */
export async function otherNames(
  targets: readonly ObservedTarget[],
  context: RunContext,
): Promise<OtherName[]> {
  const cut = targets.flatMap(({ id, host, port, attempts }) => {
    if (hasPassed(attempts)) return [];
    const hit = attempts.find(isCut);
    return hit === undefined ? [] : [{ id, host, port, address: hit.address }];
  });
  const allowed = targets.find(({ attempts }) => hasPassed(attempts) && attempts.some(hasCertificate));
  const controls = await Promise.all(
    cut
      .slice(0, MOST_TARGETS)
      .flatMap((cutTarget) =>
        [null, allowed?.host ?? COMMON_NAME].map((name) => tryName(cutTarget, name, context)),
      ),
  );
  return controls;
}

/** Whether an address of the name succeeded and none was cut. */
function hasPassed(attempts: readonly Attempt[]): boolean {
  const named = attempts.filter(({ addressFrom }) => addressFrom === 'name');
  return named.some(({ ok }) => ok) && !named.some(isCut);
}

/** Excludes SQL and SMTP, which negotiate TLS in their own protocol first: a bare hello is a different test. */
function isCut({ failure, steps }: Attempt): boolean {
  return CUT.includes(failure) && !steps.some(({ name }) => name === 'handshake');
}

function hasCertificate({ ok, facts }: Attempt): boolean {
  return ok && facts.tls !== undefined;
}

async function tryName(
  cutTarget: { id: string; host: string; port: number; address: string },
  serverName: string | null,
  { system, trust, budget, gate }: RunContext,
): Promise<OtherName> {
  const { id, host, port, address } = cutTarget;
  const tryOnce = async () => {
    const session = new Session({
      target: { host, port, path: '/', question: '', azureService: false },
      address,
      system,
      trust,
      budget,
    });
    try {
      const socket = await dial(session);
      await session.step('tls', 'tls', () => handshake(session, socket, { serverName }));
      return { failure: null, limit: null };
    } catch (error) {
      const { failure, message } = toProbeError(error, 'tls');
      return { failure, limit: failure === 'local_limit' ? message : null };
    } finally {
      session.dispose();
    }
  };
  const ended = await gate(tryOnce, ({ limit }) => limit);
  const failure = ended === null ? 'deadline_exceeded' : ended.failure;
  // An alert comes from the server, so the hello got through.
  const wentFurther = failure === null || failure === 'tls_alert';
  const isUnknown = failure !== null && INCONCLUSIVE.includes(failure);
  const nameText = serverName === null ? 'without a name' : `with the name ${serverName}`;
  return {
    name: 'tls-other-name',
    outcome: wentFurther ? 'anomalous' : isUnknown ? 'unknown' : 'expected',
    detail: {
      text: `${address}:${port}, where TLS for ${host} was cut, ${wentFurther ? 'answers' : isUnknown ? 'could not be tried' : 'does not answer'} ${nameText}`,
      target: id,
      address,
      serverName,
      wentFurther,
      failure,
    },
  };
}

/**
 * The same address with no name and with another one, after a handshake with the real name was cut: a
 * firewall that reads the server name lets these go further.
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
/** The experiment was not made. */
const SAYS_NOTHING: readonly Failure[] = ['deadline_exceeded', 'local_limit'];
/** A firewall that cuts names cuts many; a few show it. */
const MOST_TARGETS = 8;
/** A name that firewalls let through when no target of this run is known to pass. */
const COMMON_NAME = 'www.microsoft.com';

/** One control for each cut target and other name tried; none when no handshake was cut. */
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
      .flatMap((victim) =>
        [null, allowed?.host ?? COMMON_NAME].map((name) => tryName(victim, name, context)),
      ),
  );
  return controls;
}

/** Whether the name was reached wherever it led to. */
function hasPassed(attempts: readonly Attempt[]): boolean {
  const named = attempts.filter(({ addressFrom }) => addressFrom === 'name');
  return named.some(({ ok }) => ok) && !named.some(isCut);
}

/** SQL and SMTP agree on TLS in their own protocol first: a hello without that would not be the same experiment. */
function isCut({ failure, steps }: Attempt): boolean {
  return CUT.includes(failure) && !steps.some(({ name }) => name === 'handshake');
}

function hasCertificate({ ok, facts }: Attempt): boolean {
  return ok && facts.tls !== undefined;
}

async function tryName(
  victim: { id: string; host: string; port: number; address: string },
  serverName: string | null,
  { system, trust, budget, gate }: RunContext,
): Promise<OtherName> {
  const { id, host, port, address } = victim;
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
  // An alert is the server's own answer: the hello got through, and that is what was asked.
  const wentFurther = failure === null || failure === 'tls_alert';
  const isUnknown = failure !== null && SAYS_NOTHING.includes(failure);
  const said = serverName === null ? 'without a name' : `with the name ${serverName}`;
  return {
    name: 'tls-other-name',
    outcome: wentFurther ? 'anomalous' : isUnknown ? 'unknown' : 'expected',
    detail: {
      text: `${address}:${port}, where TLS for ${host} was cut, ${wentFurther ? 'answers' : isUnknown ? 'could not be tried' : 'does not answer'} ${said}`,
      target: id,
      address,
      serverName,
      wentFurther,
      failure,
    },
  };
}

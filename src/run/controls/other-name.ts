/**
 * Repeats a cut TLS handshake at the same address with no server name and with another one. A firewall that filters
 * by server name lets these through.
 */
import { addressScope } from '../../../probes/address-scope.ts';
import type { Failure } from '../../../probes/failures.ts';
import { isAzureService } from '../../model/azure.ts';
import type { ControlOf } from '../../model/controls.ts';
import { type HandshakeTarget, isBareTls, isCut } from '../../model/cut-handshake.ts';
import type { Attempt, ObservedTarget } from '../../model/report.ts';
import type { RunContext } from '../context.ts';
import { isInconclusive } from './inconclusive.ts';
import { type Destination, tryHandshake } from './try-handshake.ts';

type OtherName = ControlOf<'tls-other-name'>;

interface CutTarget extends Destination {
  readonly id: string;
  /** An alert refused the real name, so an alert for another name is no progress. */
  readonly byAlert: boolean;
}

/** A firewall that filters by name cuts many targets; a few suffice as evidence. */
const MOST_TARGETS = 8;
/** A name that firewalls usually allow, for runs in which no target passed. */
const COMMON_NAME = 'www.microsoft.com';

/** What identifies a target of the plan, and of the observations. */
type Identity = HandshakeTarget & Pick<ObservedTarget, 'id' | 'port'>;

/** The tests of a run: each begins as soon as a handshake is cut, while other targets are probed. */
export class OtherNames {
  readonly #context: RunContext;
  readonly #tests = new Map<string, Promise<OtherName[]>>();
  /** A name that the network lets through; COMMON_NAME when all targets have ended and none was. */
  readonly #allowed = Promise.withResolvers<string>();

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** To be called with each attempt: an attempt that was cut rules out that its target has passed. */
  seeAttempt(target: Identity, attempt: Attempt): void {
    if (attempt.addressFrom === 'name' && isBareTls(attempt) && isCut(target, attempt)) {
      this.#begin(describeCut(target, attempt));
    }
  }

  /** To be called with each target that has ended. A public one shows what the outbound path lets through. */
  seeTarget(target: ObservedTarget): void {
    const isShown = target.attempts.some(
      (attempt) => hasCertificate(attempt) && addressScope(attempt.address) === 'public',
    );
    if (isShown && hasPassed(target)) this.#allowed.resolve(target.host);
  }

  /** One control per cut target and other name; none when no handshake was cut. */
  async finish(targets: readonly ObservedTarget[]): Promise<OtherName[]> {
    const allowed = targets.find((target) => hasPassed(target) && target.attempts.some(hasCertificate));
    this.#allowed.resolve(allowed?.host ?? COMMON_NAME);
    for (const cut of targets.flatMap(findCut)) this.#begin(cut);
    const tests = await Promise.all(targets.flatMap(({ id }) => this.#tests.get(id) ?? []));
    return tests.flat();
  }

  #begin(target: CutTarget): void {
    if (this.#tests.has(target.id) || this.#tests.size >= MOST_TARGETS) return;
    const test = Promise.all([
      tryName(target, null, this.#context),
      this.#allowed.promise.then((name) => tryName(target, name, this.#context)),
    ]);
    // A defect counts where the results are collected.
    test.catch(() => undefined);
    this.#tests.set(target.id, test);
  }
}

function findCut(target: ObservedTarget): CutTarget[] {
  const { attempts } = target;
  if (hasPassed(target)) return [];
  // Alerts that do not refuse a name show a device if they come for every name at several services.
  const hit = attempts.find(
    (attempt) =>
      isBareTls(attempt) &&
      (isCut(target, attempt) || (attempt.failure === 'tls_alert' && isAzureService(target))),
  );
  return hit === undefined ? [] : [describeCut(target, hit)];
}

function describeCut({ id, host, port }: Identity, { address, failure }: Attempt): CutTarget {
  return { id, host, port, address, byAlert: failure === 'tls_alert' };
}

/** Whether an address of the name succeeded and none was cut. */
function hasPassed(target: ObservedTarget): boolean {
  const named = target.attempts.filter(({ addressFrom }) => addressFrom === 'name');
  return named.some(({ ok }) => ok) && !named.some((attempt) => isCut(target, attempt));
}

function hasCertificate({ ok, facts }: Attempt): boolean {
  return ok && facts.tls !== undefined;
}

/**
 * The other name twice, and the real name in between: what passes once may be chance, and a network that works again
 * does not filter.
 */
async function tryName(
  target: CutTarget,
  serverName: string | null,
  context: RunContext,
): Promise<OtherName> {
  const attempt = async (name: string | null) =>
    (await tryHandshake(target, { serverName: name }, context)).failure;
  const first = await attempt(serverName);
  if (!isFurther(first, target)) return describe(target, serverName, first, false);
  const real = await attempt(target.host);
  if (isFurther(real, target)) return describe(target, serverName, first, true);
  return describe(target, serverName, await attempt(serverName), false);
}

/** Whether a handshake came further than that of the real name. An alert proves that the ClientHello got through. */
function isFurther(failure: Failure | null, { byAlert }: CutTarget): boolean {
  return failure === null || (failure === 'tls_alert' && !byAlert);
}

function describe(
  target: CutTarget,
  serverName: string | null,
  failure: Failure | null,
  realNamePassed: boolean,
): OtherName {
  const { id, host, port, address } = target;
  const wentFurther = !realNamePassed && isFurther(failure, target);
  const isUnknown = isInconclusive(failure);
  const nameText = serverName === null ? 'without a name' : `with the name ${serverName}`;
  const result =
    wentFurther || realNamePassed ? 'answers' : isUnknown ? 'could not be tried' : 'does not answer';
  const again = realNamePassed ? `, and now with the name ${host} too` : '';
  return {
    name: 'tls-other-name',
    outcome: wentFurther ? 'anomalous' : isUnknown ? 'unknown' : 'expected',
    detail: {
      text: `${address}:${port}, where TLS for ${host} was cut, ${result} ${nameText}${again}`,
      target: id,
      address,
      serverName,
      wentFurther,
      failure,
    },
  };
}

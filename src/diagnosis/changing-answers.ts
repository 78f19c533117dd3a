/** Servers whose second answer is of another kind than the first. Pure. */
import type { Control, ControlAnswer } from '../model/controls.ts';
import type { Observations, Resolution, Target } from '../model/report.ts';
import { isOwn } from './instance.ts';
import { type AnswerKind, kindOf, kindOfAnswer } from './servers.ts';
import { list } from './text.ts';

type Named = Pick<Target, 'host' | 'group'>;

const COMPARABLE: readonly AnswerKind[] = ['private', 'public', 'absent', 'failing'];

/** The second answer of a server for a host; undefined if it is the same as the first. */
export function secondAnswer(
  { controls }: Pick<Observations, 'controls'>,
  server: string | null,
  host: string,
): ControlAnswer | undefined {
  return controls
    .flatMap((control) => (control.name === 'dns-second-answer' ? control.detail.answers : []))
    .find((answer) => answer.server === server && answer.name.toLowerCase() === host.toLowerCase());
}

/** The second answer of a server for the target’s name, if it is of another kind than the first; else null. */
export function changedAnswer(
  observations: Pick<Observations, 'controls'>,
  { host, group }: Named,
  first: Resolution,
): ControlAnswer | null {
  const second = secondAnswer(observations, first.server, host);
  if (second === undefined) return null;
  const hasTwo = hasTwoPrivateAddresses(first, second) && group !== 'custom' && !isOwn({ group });
  return hasTwo || isOtherKind(first, second) ? second : null;
}

/** Public addresses rotate. */
function isOtherKind(first: Resolution, second: ControlAnswer): boolean {
  const [before, after] = [kindOf(first), kindOfAnswer(second)];
  if (!COMPARABLE.includes(before) || !COMPARABLE.includes(after)) return false;
  return before !== after;
}

/**
 * Whether two private answers have no address in common. Azure's services have one private endpoint; names of one's own,
 * as those of a gateway in several regions, may be balanced by DNS.
 */
function hasTwoPrivateAddresses(first: Resolution, second: ControlAnswer): boolean {
  return (
    kindOf(first) === 'private' &&
    kindOfAnswer(second) === 'private' &&
    !first.addresses.some((address) => second.addresses.includes(address))
  );
}

/** A sentence about other addresses that a server gave for a failing host when asked again; empty if there are none. */
export function describeLaterAddresses(
  observations: Pick<Observations, 'controls'>,
  targets: readonly Target[],
): string {
  for (const { host, addressesFrom, addresses: dialled } of targets) {
    const second = secondAnswer(observations, addressesFrom, host);
    const isOther = second?.addresses.every((one) => !dialled.some(({ address }) => address === one));
    if (second === undefined || second.addresses.length === 0 || isOther !== true) continue;
    return (
      ` Asked again, ${second.server} gave ${list(second.addresses, 2)} for ${host}: if the service answers there, one ` +
      'of the servers behind that address has an old record.'
    );
  }
  return '';
}

/** Marks the control as anomalous if an answer changed. */
export function judgeSecondAnswers(
  controls: readonly Control[],
  targets: readonly (Named & Pick<Target, 'resolutions'>)[],
): Control[] {
  const isChanging = targets.some((target) =>
    target.resolutions.some((first) => changedAnswer({ controls: [...controls] }, target, first) !== null),
  );
  return controls.map((control) =>
    control.name === 'dns-second-answer' && isChanging ? { ...control, outcome: 'anomalous' } : control,
  );
}

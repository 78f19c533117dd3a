/** Cut handshakes in a whole run, and the controls that tell a filter from loss. */
import type { ControlOf } from '../model/controls.ts';
import { isCut } from '../model/cut-handshake.ts';
import type { Attempt, Observations, Target } from '../model/report.ts';
import { attemptsWherePassed } from './attempts.ts';

/** With this many endpoints that were cut and passed in one run, chance cuts others in every attempt. */
const MANY_MIXED = 3;

/** Whether the handshakes of this target were cut and none passed. */
export function isAlwaysCut(target: Target): boolean {
  const { attempts } = target;
  const last = attempts.findLast(({ failure }) => failure === target.failure);
  return last !== undefined && isCut(target, last) && !attempts.some(({ ok }) => ok);
}

/** Whether every handshake of this target was cut, or refused with any alert. */
export function isAlwaysEnded(target: Target): boolean {
  return isAlwaysCut(target) || (target.failure === 'tls_alert' && !target.attempts.some(({ ok }) => ok));
}

/** Whether handshakes are cut at random: a filter always cuts a name on its path, so each address counts by itself. */
export function isCutAtRandom(targets: readonly Target[]): boolean {
  const mixed = targets.filter((target) => {
    const areCut = (attempts: readonly Attempt[]) => attempts.some((attempt) => isCut(target, attempt));
    return areCut(target.attempts) && areCut(attemptsWherePassed(target.attempts));
  });
  return mixed.length >= MANY_MIXED;
}

/** The controls with another name or none. */
export function otherNameControls({ controls }: Observations): readonly ControlOf<'tls-other-name'>[] {
  return controls.filter((control) => control.name === 'tls-other-name');
}

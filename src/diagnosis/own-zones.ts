/** Private zones that replace public suffixes, from the control `dns-zone-authority`. */
import type { ControlAnswer, ZoneAnswer } from '../model/controls.ts';
import type { Observations } from '../model/report.ts';
import { isPrivateZone } from './zone-owner.ts';

/** Each server's answer for a suffix that a private zone of this network covers. */
export function ownZones({ controls }: Pick<Observations, 'controls'>): readonly ZoneAnswer[] {
  return controls.flatMap((control) =>
    control.name === 'dns-zone-authority'
      ? control.detail.zones.filter((answer) => isPrivateZone(answer, control.detail.zones))
      : [],
  );
}

/** The random names that resolved. */
export function inventedAnswers({ controls }: Pick<Observations, 'controls'>): readonly ControlAnswer[] {
  return controls.flatMap((control) =>
    control.name === 'dns-random-name' && control.outcome === 'anomalous' ? control.detail.answers : [],
  );
}

/** Whether a random name resolved by a wildcard record in such a zone, which is a local record and not a forgery. */
export function isOwnWildcard({ server, name }: ControlAnswer, zones: readonly ZoneAnswer[]): boolean {
  return zones.some((zone) => zone.server === server && name.toLowerCase().endsWith(`.${zone.suffix}`));
}

import type { Target } from '../../model/report.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { nameable, type Rule } from '../rule.ts';
import { brief, count, list, listEndpoints } from '../text.ts';

/** Mail relays whose STARTTLS a device overwrote. The relay was reached, so this explains no failure. */
export const startTlsStripped: Rule = (scene) => {
  const stripped = nameable(
    scene,
    scene.targets.filter((target) => maskOf(target) !== null),
  );
  if (stripped.length === 0) return [];
  const [first] = stripped;
  const masks = list(stripped.flatMap((target) => maskOf(target) ?? []));
  const places = listEndpoints(stripped, 5);
  return [
    createFinding('starttls-stripped', {
      title: `A device on the path hides what ${
        stripped.length === 1 && first !== undefined
          ? `${first.host}:${first.port} offers`
          : `${count(stripped.length, 'mail relay')} offer`
      }, probably STARTTLS`,
      explanation: `${places} listed ${brief(masks)} and no STARTTLS, so no certificate was checked there.`,
      targets: stripped,
      confirm: rerunCommand(scene.observations, stripped),
    }),
  ];
};

function maskOf({ attempts }: Target): string | null {
  return attempts.findLast(({ facts }) => facts.smtp?.masked !== undefined)?.facts.smtp?.masked ?? null;
}

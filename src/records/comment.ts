/** Comments in records: every format accepts `#`. All text is ASCII, because users copy it to any system. */
import { wrap } from '../common/text-lines.ts';
import type { Names, Records } from './types.ts';
import { isInWideZone, UNKNOWN_ADDRESS } from './zones.ts';

const WIDTH = 100;

/** A paragraph as comment lines. */
export function comment(text: string): string[] {
  return wrap(text, WIDTH, '# ', '# ');
}

/** Lines that the user can activate by removing the comment sign. */
export function commentedOut(lines: readonly string[]): string[] {
  return lines.map((line) => (line.startsWith('#') ? line : `# ${line}`));
}

/** Explains the lines with an unknown address; empty without such lines. */
export function elsewhereNote({ elsewhere }: Names): string[] {
  if (elsewhere.length === 0) return [];
  return comment(
    'The gateway of a further region has a private address of its own. Put it in the place of ' +
      `${UNKNOWN_ADDRESS}, and remove the comment signs of its lines: ${elsewhere.join(', ')}`,
  );
}

/** Names without a record, and the reasons. */
export function leftOutNotes({ leftOut }: Names): string[] {
  return leftOut.flatMap(({ host, why }) => comment(`Left out: ${host}: ${why}`));
}

/** Explains the choice of zones. */
export function zoneNote(records: Records): string[] {
  const { hosts, elsewhere, suffix } = records;
  if ([...hosts, ...elsewhere].some((host) => isInWideZone(host, records))) {
    return comment(
      `WARNING: this is one zone for the whole of ${suffix}. Wherever it is used, no other API Management service, ` +
        'of whomever, can be resolved any more, until its record is added to this zone by hand. Without --zone ' +
        'suffix each host name gets a zone of its own, which hides nothing.',
    );
  }
  return comment(
    `One zone for each host name, with the record at its apex. A zone for the whole of ${suffix} would answer for ` +
      'every name under it, and so hide the public names of all other API Management services from whoever uses it.',
  );
}

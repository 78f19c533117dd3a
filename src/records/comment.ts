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
    'The gateway of a further region has its own private address. Replace ' +
      `${UNKNOWN_ADDRESS} with it, and remove the comment signs of its lines: ${elsewhere.join(', ')}`,
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
      `WARNING: this is one zone for the whole of ${suffix}. Networks that use it cannot resolve any other API ` +
        'Management service until you add its record to this zone by hand. Without --zone ' +
        'suffix each host name gets its own zone, which hides nothing.',
    );
  }
  return comment(
    `One zone for each host name, with the record at its apex. A zone for the whole of ${suffix} would answer for ` +
      'every name under it, and so hide the public names of all other API Management services from the networks that use it.',
  );
}

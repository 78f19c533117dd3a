import type { Listing } from './plan-listing.ts';

/** The plan as JSON: the planned targets as they are. */
export function planJson({ cloud, region, targets, controls, notes, absences }: Listing): string {
  return `${JSON.stringify({ cloud, region, targets, controls, notes, absences }, null, 2)}\n`;
}

/** The further regions of an instance: each has a gateway of its own there. Pure. */
import { catalogFor } from '../catalog/index.ts';
import type { Options } from '../config/types.ts';
import type { Source } from '../model/report.ts';
import type { PlanContext } from './types.ts';

/** The source that a target of a further region names. */
const DOCUMENT = '--location';

export function locationSource({ today }: PlanContext): Source {
  return { kind: 'config', document: DOCUMENT, asOf: today, name: null };
}

/** Whether a target belongs to a further region, whose gateway does not have the run's own virtual IP. */
export function isOfFurtherLocation({ kind, document }: { kind: string; document: string }): boolean {
  return kind === 'config' && document === DOCUMENT;
}

/** Whether a host is of another region than the run's: asked for by `--location`, or named so in an import. */
export function isElsewhere(
  { host, source }: { host: string; source: { kind: string; document: string } },
  region: string | null,
): boolean {
  const [, named] = /-([a-z0-9]+)-\d+\.regional\./.exec(host) ?? [];
  return isOfFurtherLocation(source) || (named !== undefined && named !== region);
}

/** `--location`, each once and without the run's own region, and notes on those left out. */
export function furtherLocations(
  { location }: Options,
  { cloud, region }: Pick<PlanContext, 'cloud' | 'region'>,
): { readonly locations: readonly string[]; readonly notes: readonly string[] } {
  if (location.length > 0 && !catalogFor(cloud).some(({ eachLocation }) => eachLocation === true)) {
    const unknown = `the documents name no regional gateway of the ${cloud} cloud; it has no effect`;
    return { locations: [], notes: [`--location: ${unknown}`] };
  }
  const locations = new Set(location);
  const repeated = [...locations].filter((name) => location.indexOf(name) !== location.lastIndexOf(name));
  const notes = repeated.map((name) => `--location names ${name} more than once; it is planned once`);
  if (region === null || !locations.delete(region)) return { locations: [...locations], notes };
  const own = `--location names ${region}, which is this run’s own region; it is planned once`;
  return { locations: [...locations], notes: [...notes, own] };
}

import { serviceSuffixes } from '../catalog/index.ts';
import { CLOUDS, type Cloud, type Group } from '../model/vocabulary.ts';

const SERVICES = CLOUDS.flatMap((cloud) =>
  serviceSuffixes(cloud).map(({ group, suffix }) => ({ group, cloud, ending: `.${suffix}` })),
);

/** The service under whose suffix a host lies, in any cloud. */
export function serviceOf(host: string): { readonly group: Group; readonly cloud: Cloud } | null {
  return SERVICES.find(({ ending }) => host.endsWith(ending)) ?? null;
}

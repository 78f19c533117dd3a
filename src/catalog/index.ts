/** The catalogue: everything that API Management depends on, as data with its provenance. */
import type { Cloud } from '../model/vocabulary.ts';
import { certificates } from './certificates.ts';
import { gateway } from './gateway.ts';
import { identity } from './identity.ts';
import { infrastructure } from './infrastructure.ts';
import { mail } from './mail.ts';
import { monitor } from './monitor.ts';
import { resources } from './resources.ts';
import { rules } from './rules.ts';
import type { CatalogRow } from './types.ts';

export { absencesFor } from './absent.ts';
export { parseResourceName, type ResourceKind } from './names.ts';
export { instanceSuffix, serviceSuffixes } from './suffixes.ts';
export type { CatalogRow, Placeholder } from './types.ts';

const ROWS: readonly CatalogRow[] = [
  ...resources,
  ...monitor,
  ...certificates,
  ...identity,
  ...mail,
  ...infrastructure,
  ...rules,
  ...gateway,
];

/**
 * The rows of one cloud, in a stable order: those whose `hosts` has that cloud, port rules included.
 * Rows with `{apim}` in their host stand for the instance's own endpoints.
 */
export function catalogFor(cloud: Cloud): readonly CatalogRow[] {
  return ROWS.filter(({ hosts }) => hosts[cloud] !== undefined);
}

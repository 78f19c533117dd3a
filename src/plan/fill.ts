/** Turns host templates of the catalogue into host names, or names what is missing. Pure. */
import { type Placeholder, parseResourceName, type ResourceKind } from '../catalog/index.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Options } from '../config/types.ts';
import type { Cloud } from '../model/vocabulary.ts';

/** The values of each placeholder; an empty list when the user gave none. */
export type Values = Readonly<Record<Placeholder, readonly string[]>>;

export interface Filled {
  /** A host name; with `<…>` in it while something is missing. */
  readonly host: string;
  /** The placeholder that nothing was given for, or null when the name is complete. */
  readonly missing: Placeholder | null;
}

const FLAGS: Readonly<Record<Placeholder, { readonly flag: string; readonly stand: string }>> = {
  storage: { flag: '--storage NAME', stand: '<storage>' },
  sql: { flag: '--sql NAME', stand: '<sql>' },
  keyVault: { flag: '--key-vault NAME', stand: '<key-vault>' },
  eventHubs: { flag: '--event-hubs NAME', stand: '<event-hubs>' },
  redis: { flag: '--redis NAME', stand: '<redis>' },
  managedRedis: { flag: '--redis HOST', stand: '<managed-redis>' },
  apim: { flag: '--apim NAME', stand: '<apim>' },
  region: { flag: '--region NAME', stand: '<region>' },
};
const PLACEHOLDERS = Object.keys(FLAGS) as readonly Placeholder[];
const RESOURCES = ['storage', 'sql', 'keyVault', 'eventHubs', 'redis'] as const satisfies ResourceKind[];

/**
 * The user's values per placeholder; a name that was given twice is used once and noted.
 * @throws UsageError naming every value that fits no resource of this cloud
 */
export function placeholderValues(
  options: Options,
  cloud: Cloud,
  region: string | null,
): { readonly values: Values; readonly notes: readonly string[] } {
  const values: Record<Placeholder, string[]> = {
    storage: [],
    sql: [],
    keyVault: [],
    eventHubs: [],
    redis: [],
    managedRedis: [],
    apim: options.apim === null ? [] : [options.apim],
    region: region === null ? [] : [region],
  };
  const problems: string[] = [];
  const notes = new Set<string>();
  for (const kind of RESOURCES) {
    for (const value of options[kind]) {
      const result = parseResourceName(kind, value, cloud);
      if (!result.ok) problems.push(result.error);
      else if (values[result.placeholder].includes(result.name)) {
        const [flag] = FLAGS[kind].flag.split(' ');
        notes.add(`${flag} names ${result.name} more than once; it is tested once`);
      } else values[result.placeholder].push(result.name);
    }
  }
  if (problems.length > 0) throw new UsageError(problems);
  return { values, notes: [...notes] };
}

/** Every host name that a template stands for: one a value, and one with a stand-in where there is none. */
export function fill(template: string, values: Values): readonly Filled[] {
  return placeholdersIn(template).reduce<readonly Filled[]>(
    (filled, placeholder) =>
      filled.flatMap(({ host, missing }) => {
        const known = values[placeholder];
        if (known.length === 0) {
          const stand = FLAGS[placeholder].stand;
          return [{ host: host.replace(`{${placeholder}}`, stand), missing: missing ?? placeholder }];
        }
        return known.map((value) => ({ host: host.replace(`{${placeholder}}`, value), missing }));
      }),
    [{ host: template, missing: null }],
  );
}

/** The placeholders of a template, wherever they stand in it. */
export function placeholdersIn(template: string): readonly Placeholder[] {
  return PLACEHOLDERS.filter((placeholder) => template.includes(`{${placeholder}}`));
}

/** What to give so that a placeholder can be filled. */
export function flagFor(placeholder: Placeholder): string {
  return FLAGS[placeholder].flag;
}

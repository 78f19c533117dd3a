/** The host names whose records are missing or wrong, as a report saw them. The report is a foreign file. Pure. */
import { z } from 'zod';
import { BadValue } from '../config/bad-value.ts';
import { hostName, address as ipAddress } from '../config/host.ts';
import { quote } from '../config/mask.ts';
import { UsageError } from '../config/usage-error.ts';
import { isOfFurtherLocation } from '../plan/locations.ts';
import { CLOUDS } from '../report/vocabulary.ts';
import { canonical, isPrivate } from './record-address.ts';
import type { Names } from './types.ts';

/** What is needed of a report, and nothing more: later minor versions add to it. */
const ReportFile = z.object({
  schemaVersion: z.string(),
  environment: z.object({
    cloud: z.enum(CLOUDS),
    network: z.object({ vip: z.string().nullable().optional() }),
  }),
  targets: z.array(
    z.object({
      group: z.string(),
      host: z.string(),
      source: z.object({ kind: z.string(), document: z.string() }),
      resolutions: z.array(z.object({ addresses: z.array(z.string()) })),
    }),
  ),
});
export type ReportFile = z.infer<typeof ReportFile>;
type ReportTarget = ReportFile['targets'][number];

const MAJOR = 1;
const SHOWN_PROBLEMS = 5;

/**
 * Reads a report as far as records need it.
 * @param name of the file, for the errors
 * @throws UsageError that names the file, the place in it and what is wrong there
 */
export function parseReport(text: string, name: string): ReportFile {
  const document = parseJson(text, name);
  checkVersion(document, name);
  const parsed = ReportFile.safeParse(document);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${name}: ${placeOf(path)}: ${message}`);
  const left = problems.length - SHOWN_PROBLEMS;
  throw new UsageError([
    ...problems.slice(0, SHOWN_PROBLEMS),
    ...(left > 0 ? [`${name}: and ${left} more problems of this kind`] : []),
  ]);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError([`${name} is no JSON; give the JSON report of a run (--output FILE)`]);
  }
}

function checkVersion(document: unknown, name: string): void {
  const version =
    typeof document === 'object' && document !== null && 'schemaVersion' in document
      ? document.schemaVersion
      : undefined;
  if (typeof version !== 'string') {
    throw new UsageError([`${name} is no report of apim-probe: it has no schemaVersion; give that of a run`]);
  }
  if (Number(/^(\d{1,9})\.\d/.exec(version)?.[1]) === MAJOR) return;
  throw new UsageError([
    `${name}: schemaVersion ${quote(version)} is none that this version of apim-probe reads (${MAJOR}.x)`,
  ]);
}

/** `targets[3].host` */
function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (place, key) =>
      typeof key === 'number' ? `${place}[${key}]` : place === '' ? String(key) : `${place}.${String(key)}`,
    '',
  );
}

/**
 * The virtual IP of the run that made the report.
 * @throws UsageError when it is none
 */
export function vipOfReport({ environment }: ReportFile, name: string): string | null {
  const { vip = null } = environment.network;
  if (vip === null) return null;
  return correct(vip, `${name}: environment.network.vip`, ipAddress);
}

/** What a report says of the names of its instance. */
export interface FoundNames {
  readonly missing: Names;
  /** Those that were looked up and lead where they should. */
  readonly right: Pick<Names, 'hosts' | 'elsewhere'>;
}

/**
 * Sorts the host names by whether they lead to the virtual IP, and to nothing else, on every DNS server that was
 * asked. Those of further regions have another address: there any private one will do.
 * @param vip in its canonical form
 * @throws UsageError for a host name that is none, and when the report knows of no instance
 */
export function namesOfReport(report: ReportFile, vip: string, name: string): FoundNames {
  const own = report.targets.flatMap((target, index) =>
    isOfInstance(target) ? [{ ...target, host: nameIn(target.host, `${name}: targets[${index}].host`) }] : [],
  );
  if (!own.some(({ host }) => !host.includes('<'))) {
    throw new UsageError([
      `${name} has no host name of an instance: its run had neither --apim nor --hostname. Give --apim NAME in ` +
        'the place of the report',
    ]);
  }
  const judged = [...Map.groupBy(own, ({ host }) => host)].map(([host, targets]) => {
    const further = targets.every(({ source }) => isOfFurtherLocation(source));
    return { host, further, state: stateOf(host, targets, further ? leadsInside : leadsTo(vip)) };
  });
  const having = (state: State) => {
    const members = judged.filter((each) => each.state === state);
    return {
      hosts: members.filter(({ further }) => !further).map(({ host }) => host),
      elsewhere: members.filter(({ further }) => further).map(({ host }) => host),
    };
  };
  const leftOut = judged.flatMap(({ host, state }) => {
    const why = WHY_LEFT_OUT[state];
    return why === undefined ? [] : [{ host, why }];
  });
  return { missing: { ...having('missing'), leftOut }, right: having('right') };
}

type State = 'missing' | 'right' | 'incomplete' | 'not-looked-up';

const WHY_LEFT_OUT: Partial<Record<State, string>> = {
  incomplete: 'a part of it was not known in that run',
  'not-looked-up': 'it was not looked up in that run',
};

type Addresses = readonly string[];

function stateOf(
  host: string,
  targets: readonly ReportTarget[],
  isRight: (addresses: Addresses) => boolean,
): State {
  if (host.includes('<')) return 'incomplete';
  const answers = targets.flatMap(({ resolutions }) => resolutions.map(({ addresses }) => addresses));
  if (answers.length === 0) return 'not-looked-up';
  return answers.every(isRight) ? 'right' : 'missing';
}

function isOfInstance({ group }: ReportTarget): boolean {
  return group === 'gateway' || group === 'control-plane';
}

/** A host name, perhaps with a placeholder (`<region>`) in it, and nothing that a shell or a zone file would obey. */
function nameIn(host: string, place: string): string {
  return correct(host, place, (text) => {
    const name = hostName(text.replace(/<[a-z-]{1,20}>/g, 'x'));
    if (!text.includes('<')) return name;
    if (/^[\x21-\x7e]+$/.test(text)) return text;
    throw new BadValue('must be a host name in ASCII');
  });
}

function leadsTo(vip: string): (addresses: Addresses) => boolean {
  return (addresses) => addresses.length > 0 && addresses.every((address) => canonical(address) === vip);
}

function leadsInside(addresses: Addresses): boolean {
  return addresses.length > 0 && addresses.every(isPrivate);
}

function correct(value: string, place: string, parse: (text: string) => string): string {
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new UsageError([`${place}: ${quote(value)} ${error.message}`]);
  }
}

/** A report as far as records need it. It is a foreign file: whatever is wrong with it is named, and nothing else is read. Pure. */
import { z } from 'zod';
import { BadValue } from '../common/bad-value.ts';
import { address } from '../common/host-name.ts';
import { quote } from '../common/mask.ts';
import { printable } from '../common/printable.ts';
import { UsageError } from '../common/usage-error.ts';
import { majorOf, otherMajor, READ_MAJOR } from '../model/schema-version.ts';
import { CLOUDS } from '../model/vocabulary.ts';

/** A list of this length at most, whose items are looked at only then: each wrong one costs an issue. */
function few<Item extends z.ZodType>(item: Item, most: number) {
  return z.array(z.unknown()).max(most).pipe(z.array(item));
}

/** What is needed of a report, and nothing more: later minor versions add to it. */
const Frame = z.object({
  environment: z.object({
    cloud: z.enum(CLOUDS),
    network: z.object({ vip: z.string().nullable().optional() }),
  }),
  targets: z.array(z.unknown()),
});

const Target = z.object({
  group: z.string(),
  host: z.string(),
  source: z.object({ kind: z.string(), document: z.string() }),
  resolutions: few(z.object({ addresses: few(z.string(), 1000) }), 100),
});
export type ReportTarget = z.infer<typeof Target>;

export interface ReportFile {
  readonly environment: z.infer<typeof Frame>['environment'];
  readonly targets: readonly ReportTarget[];
}

const ENOUGH_PROBLEMS = 5;

/**
 * Reads a report as far as records need it.
 * @param name of the file, for the errors
 * @throws UsageError that names the file, the place in it and what is wrong there
 */
export function parseReport(text: string, name: string): ReportFile {
  const document = parseJson(text, name);
  checkVersion(document, name);
  const frame = Frame.safeParse(document);
  if (!frame.success) throw new UsageError(problemsIn(frame.error, [], name));
  const targets: ReportTarget[] = [];
  const problems: string[] = [];
  for (const [index, value] of frame.data.targets.entries()) {
    const target = Target.safeParse(value);
    if (target.success) targets.push(target.data);
    else problems.push(...problemsIn(target.error, ['targets', index], name));
    if (problems.length >= ENOUGH_PROBLEMS) break;
  }
  if (problems.length > 0) throw new UsageError(problems);
  return { environment: frame.data.environment, targets };
}

function problemsIn(error: z.ZodError, within: readonly PropertyKey[], name: string): string[] {
  return error.issues
    .slice(0, ENOUGH_PROBLEMS)
    .map(({ path, message }) => `${name}: ${placeOf([...within, ...path])}: ${message}`);
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
  if (majorOf(version) === READ_MAJOR) return;
  throw new UsageError([`${name} ${otherMajor(printable(version, 20))}`]);
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
  return correct(vip, `${name}: environment.network.vip`, address);
}

/**
 * @param place where the value stands, for the error
 * @throws UsageError for what the parser refuses
 */
export function correct(value: string, place: string, parse: (text: string) => string): string {
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new UsageError([`${place}: ${quote(value)} ${error.message}`]);
  }
}

/** The options that the user of a run gave, as flags of a command that repeats it. Pure. */
import { isMeant } from '../model/expect-private.ts';
import type { Report, Target } from '../model/report.ts';
import type { Group } from '../model/vocabulary.ts';

type ReportedOptions = Readonly<Report['options']>;

/** One option of a command. */
export interface Flag {
  /** Like `dnsServer`. */
  readonly key: string;
  /** Null for a switch. */
  readonly value: string | null;
}

/** Options of every run: where it is, and how it resolves, connects and waits. */
const ALWAYS = ['cloud', 'region', 'platform', 'from', 'dnsServer', 'connectTo', 'caFile'];
const PACE = ['timeout', 'deadline', 'concurrency', 'attempts'];
const SIZE = ['tier', 'units', 'subnet'];
const OWN = ['apim', 'vip', 'location', 'hostname'];
/** By group, or by host. */
const CHOICE = ['require', 'optional', 'expectPrivate'];

/** The options that name endpoints of a group. */
const NAMES: Readonly<Partial<Record<Group, readonly string[]>>> = {
  'storage-blob': ['storage'],
  'storage-table': ['storage'],
  'storage-queue': ['storage'],
  'storage-file': ['storage'],
  sql: ['sql'],
  'key-vault': ['keyVault'],
  'event-hubs': ['eventHubs'],
  redis: ['redis'],
  gateway: OWN,
  'control-plane': OWN,
  custom: ['target'],
};

/** The name of the demo’s scenario, when the run was one. */
export function demoScenario(options: ReportedOptions): string | null {
  const { value } = options['scenario'] ?? {};
  return typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,60}$/.test(value) ? value : null;
}

/** Every option that was given, and that has an effect on what a run finds. */
export function allGiven(options: ReportedOptions): Flag[] {
  const names = new Set(Object.values(NAMES).flat());
  return [
    ...configFile(options),
    ...[...ALWAYS, ...SIZE, ...names, ...PACE, 'only', 'skip', ...CHOICE].flatMap((key) =>
      given(options, key),
    ),
  ];
}

/**
 * The options that were given, as far as they have an effect on these groups.
 * @param targets the endpoints to test; names of others are left out
 * @param all every endpoint of the run
 */
export function givenFor(
  options: ReportedOptions,
  groups: readonly Group[],
  targets: readonly Target[],
  all: readonly Pick<Target, 'host' | 'group'>[],
): Flag[] {
  const hosts = new Set(targets.map(({ host }) => host.toLowerCase()));
  // Each run asks the DNS servers.
  const others = all.filter(({ host, group }) => group !== 'dns' && !hosts.has(host.toLowerCase()));
  const unused = new Set(others.map(({ host }) => host.toLowerCase()));
  const names = new Set(groups.flatMap((group) => NAMES[group] ?? []));
  const isNeeded = ({ key, value }: Flag): boolean =>
    key !== 'connectTo' || !unused.has(/^[^:[]*/.exec(value ?? '')?.[0].toLowerCase() ?? '');
  return [
    ...configFile(options),
    ...ALWAYS.flatMap((key) => given(options, key)).filter(isNeeded),
    ...[...names].flatMap((key) => given(options, key)).filter((flag) => namesOneOf(flag, hosts)),
    ...PACE.flatMap((key) => given(options, key)),
    ...CHOICE.flatMap((key) => given(options, key)).filter(
      ({ value }) =>
        groups.some((group) => group === value) || targets.some((target) => isMeant(target, value ?? '')),
    ),
  ];
}

/** Whether the value of an option that names endpoints names one of these hosts. */
export function namesOneOf({ key, value }: Flag, hosts: ReadonlySet<string>): boolean {
  if (value === null || key === 'apim' || key === 'vip' || key === 'location') return true;
  const name = hostIn(key, value).toLowerCase();
  return [...hosts].some((host) => host === name || host.startsWith(`${name}.`));
}

/** The same option with another host in it. */
export function withHost({ key, value }: Flag, host: string): Flag {
  return { key, value: value === null ? null : value.replace(hostIn(key, value), host) };
}

function hostIn(key: string, value: string): string {
  if (key === 'hostname') return value.slice(value.indexOf('=') + 1);
  if (key !== 'target') return value;
  return (/^[a-z]+:\/\/(\[[^\]]*\]|[^/:?#]*)/.exec(value)?.[1] ?? value).replace(/^\[|\]$/g, '');
}

/** The machine’s own config file is read again without a flag. */
function configFile(options: ReportedOptions): Flag[] {
  const { value, from } = options['config'] ?? {};
  if (from !== 'flag' && from !== 'variable') return [];
  return [typeof value === 'string' ? { key: 'config', value } : { key: 'noConfig', value: null }];
}

/** The values of an option, when they came from a flag or a variable: a config file holds its own. */
function given(options: ReportedOptions, key: string): Flag[] {
  const { value = null, from } = options[key] ?? {};
  if (from !== 'flag' && from !== 'variable') return [];
  return [value].flat().flatMap((item) => (item === null ? [] : { key, value: String(item) }));
}

/** The commands that show whether a fault is fixed. Users paste them into a shell. */

import { shellWord } from '../common/shell-quote.ts';
import type { Observations, Target } from '../model/report.ts';
import type { Group } from '../model/vocabulary.ts';
import { allGiven, demoScenario, type Flag, givenFor, namesOneOf, withHost } from './given-options.ts';

/** With more groups than this, a whole run is the shorter command. */
const LIMIT = 4;
/** Takes the place of a wrong name. No option accepts it, so a command that still has it sends nothing. */
const RIGHT_NAME = 'RIGHT_NAME';
/** For a command that cannot be written safely; `verify` checks every option of the report itself. */
const VERIFY = 'apim-probe verify REPORT';

/**
 * The `apim-probe run` that tests these targets again, with the options of the run that found the fault. In a demo it
 * is the demo.
 */
export function rerunCommand(observations: Observations, targets: readonly Target[]): string {
  return rerun(observations, targets, (flag) => flag);
}

/** The same for names that do not exist: a placeholder has the place of each wrong name, or of the region. */
export function rerunWithRightNameCommand(
  observations: Observations,
  targets: readonly Target[],
  wrong: 'name' | 'region',
): string {
  const hosts = new Set(targets.map(({ host }) => host.toLowerCase()));
  return rerun(observations, targets, (flag) => {
    if (flag.key === 'region') return wrong === 'region' ? { ...flag, value: RIGHT_NAME } : flag;
    if (wrong === 'region' || !NAMING.has(flag.key)) return flag;
    if (flag.key === 'apim') return { ...flag, value: RIGHT_NAME };
    return namesOneOf(flag, hosts) ? withHost(flag, RIGHT_NAME) : flag;
  });
}

const NAMING: ReadonlySet<string> = new Set([
  'storage',
  'sql',
  'keyVault',
  'eventHubs',
  'redis',
  'apim',
  'hostname',
  'target',
]);

/** A run that queries the same DNS servers again, for findings without targets. */
export function rerunDnsCommand(observations: Observations): string {
  return narrowed(observations, ['dns'], [], (flag) => flag);
}

/** The whole run again, with another region or subnet; null leaves it out, for the metadata service to tell. */
export function rerunAllCommand(
  { options = {} }: Observations,
  { key, value }: { readonly key: 'region' | 'subnet'; readonly value: string | null },
): string {
  const kept = allGiven(options).filter((flag) => flag.key !== key);
  return commandOf(options, value === null ? kept : [...kept, { key, value }]);
}

/** Prints the lines of the hosts file that name these hosts; nothing once they are gone. */
export function hostsFileCommand(
  { options = {} }: Observations,
  path: string,
  hosts: readonly string[],
): string {
  const scenario = demoScenario(options);
  if (scenario !== null) return demoCommand(scenario);
  const names = hosts.filter((host) => /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_])?$/.test(host));
  const file = shellWord(path);
  if (file === null || names.length === 0 || names.length < hosts.length) return VERIFY;
  if (/^[A-Za-z]:/.test(path)) return `findstr /n /i "${names.slice(0, LIMIT).join(' ')}" ${file}`;
  // A line that begins with # is a comment.
  const patterns = names.slice(0, LIMIT).map((name) => `-e '^[^#]*${name.replaceAll('.', '\\.')}'`);
  return `grep -in ${patterns.join(' ')} ${file}`;
}

type Change = (flag: Flag) => Flag;

function rerun(observations: Observations, targets: readonly Target[], change: Change): string {
  const again = targets.filter(({ status }) => status !== 'reachable');
  const chosen = again.length > 0 ? again : targets;
  const groups = [...new Set(chosen.map(({ group }) => group))].sort();
  return narrowed(observations, groups, chosen, change);
}

function narrowed(
  { options = {}, targets: all }: Observations,
  groups: readonly Group[],
  chosen: readonly Target[],
  change: Change,
): string {
  if (groups.length === 0 || groups.length > LIMIT) return commandOf(options, allGiven(options).map(change));
  const only = groups.map((group) => ({ key: 'only', value: group }));
  return commandOf(options, [...givenFor(options, groups, chosen, all).map(change), ...only]);
}

function commandOf(options: NonNullable<Observations['options']>, flags: readonly Flag[]): string {
  const scenario = demoScenario(options);
  if (scenario !== null) return demoCommand(scenario);
  const words = ['apim-probe run'];
  for (const { key, value } of flags) {
    const flag = `--${key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
    const word = value === null ? '' : shellWord(value);
    if (word === null) return VERIFY;
    words.push(word === '' ? flag : `${flag} ${word}`);
  }
  return [...new Set(words)].join(' ');
}

function demoCommand(scenario: string): string {
  return `apim-probe demo --scenario ${scenario}`;
}

/** `--from` for each document of the run; a name that is not safe in a command becomes a placeholder. */
export function documentFlags({ documents }: Observations): string {
  const names = (documents ?? []).map(({ file }) => (/^[\w][\w.-]{0,100}$/.test(file) ? file : 'FILE'));
  return [...new Set(names)].map((name) => ` --from ${name}`).join('');
}

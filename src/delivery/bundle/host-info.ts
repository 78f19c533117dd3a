/** Facts about this machine, for support. Sends nothing. */
import { cpus, hostname, release, totalmem, type, version } from 'node:os';
import { readBounded } from '../../common/bounded-file.ts';
import { printable } from '../../common/printable.ts';
import { SECRET_VARIABLES } from '../../config/options.ts';
import type { Options } from '../../config/types.ts';
import { readHostsFile } from '../../environment/hosts-file.ts';
import { survey } from '../../environment/index.ts';
import { thisMachine } from '../../environment/machine.ts';
import type { Machine } from '../../environment/types.ts';
import { VERSION } from '../../version.ts';
import { isCredentialName } from '../redaction/names-of-secrets.ts';

/** Variables that change what the program does. No other variable is collected: it may be private. */
const TELLING =
  /^(?:APIM_PROBE_\w+|(?:https?|all|no)_proxy|LANG|LANGUAGE|LC_\w+|TZ|TERM|NO_COLOR|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|INVOCATION_ID|JOURNAL_STREAM)$/i;
const LONGEST_VALUE = 2048;
const MOST_HOSTS = 1000;

/**
 * @param env the variables of this process; a few of them are collected
 * @returns versions, system, limits and environment, as JSON values; not redacted yet
 */
export async function hostInfo(
  options: Options,
  env: NodeJS.ProcessEnv,
  local: Machine = thisMachine(),
): Promise<object> {
  const machine = { ...local, env };
  const [{ environment }, { hosts }] = await Promise.all([
    survey(options, machine, null),
    readHostsFile(machine),
  ]);
  return {
    agent: {
      version: VERSION,
      runtime: process.versions.node,
      openssl: process.versions.openssl,
      platform: process.platform,
      arch: process.arch,
    },
    system: {
      type: type(),
      release: release(),
      version: version(),
      machineName: hostname(),
      processors: cpus().length,
      memoryBytes: totalmem(),
    },
    limits: limits(),
    environment,
    hostsFileEntries: [...hosts]
      .slice(0, MOST_HOSTS)
      .map(([host, addresses]) => ({ host: printable(host, 253), addresses })),
    variables: variables(env),
  };
}

/** proc_pid_limits(5), line by line; empty without such a file. */
function limits(): string[] {
  const file = readUnsized('/proc/self/limits');
  return file
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/ {2,}/g, '  ').trim())
    .filter((line) => line !== '');
}

function readUnsized(path: string): string {
  const file = readBounded(path, 64 * 1024, 'the limits of this process');
  return file.ok ? file.bytes.toString('utf8') : '';
}

function variables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([name]) => TELLING.test(name))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value = '']) => [name, shown(name, value)]),
  );
}

/** Everything before the last @ may be a password. */
function shown(name: string, value: string): string {
  if (isCredentialName(name) || SECRET_VARIABLES.has(name.toUpperCase())) return value === '' ? '' : '***';
  const open = /proxy$/i.test(name) ? value.replace(/^(\w+:\/\/)?[\s\S]*@/i, '$1***@') : value;
  return printable(open, LONGEST_VALUE);
}

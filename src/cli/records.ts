import { addressScope } from '../../probes/address-scope.ts';
import { BadValue } from '../common/bad-value.ts';
import { quote } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Flags } from '../config/layers.ts';
import type { Loaded } from '../config/load.ts';
import { flagName } from '../config/options.ts';
import type { Options } from '../config/types.ts';
import { instanceSuffix } from '../plan/instance.ts';
import { namesOfPlan } from '../records/from-plan.ts';
import { namesOfReport, vipOfReport } from '../records/from-report.ts';
import { recordAddress } from '../records/record-address.ts';
import { nothingMissing, renderRecords } from '../records/render.ts';
import type { Names, RecordAddress, RecordFormat, ZoneMode } from '../records/types.ts';
import type { Command } from './command.ts';
import { type Io, write, writeMessage } from './io.ts';
import { openReport } from './open-report.ts';
import { loadOptions } from './sources.ts';

/** What the records are made of, wherever it comes from. */
interface Found {
  readonly names: Names;
  readonly vip: RecordAddress;
  readonly suffix: string;
  readonly notes: readonly string[];
  /** How many host names lead to the right address already. */
  readonly right: number;
}

/** `apim-probe records`: what DNS should say of an instance, ready to use. */
export const records: Command = async ({ flags, own, positionals: [path] }, io) => {
  const loaded = await loadOptions(flags, io);
  const zone: ZoneMode = own['zone'] === 'suffix' ? 'suffix' : 'host';
  const found =
    path === undefined ? await ofInstance(loaded) : await ofReport({ path, zone, flags, loaded }, io);
  const { names, vip, suffix, notes, right } = found;
  for (const note of [...publicNote(vip), ...notes]) await writeMessage(io.stderr, `note: ${note}`);
  const today = new Date().toISOString().slice(0, 10);
  const text =
    sizeOf(names) > 0
      ? renderRecords({ ...names, vip, zone, suffix, today }, formatOf(own['format']))
      : nothingMissing(names, vip, right);
  await write(io.stdout, text);
  return 0;
};

function formatOf(word: unknown): RecordFormat {
  return word === 'hosts' || word === 'windows' || word === 'az' || word === 'bind' ? word : 'all';
}

/** Records are for the instance's own names: what else the config file holds for a run changes none of them. */
const NOTHING_ELSE = {
  ...{ storage: [], sql: [], keyVault: [], eventHubs: [], redis: [], target: [], from: [] },
  ...{ only: [], skip: [], require: [], optional: [] },
} as const satisfies Partial<Options>;

/** All that the instance should have, by the catalogue. */
async function ofInstance({ options, origins }: Loaded): Promise<Found> {
  const { apim, hostname } = options;
  const problems: string[] = [];
  if (apim === null && hostname.length === 0) {
    problems.push(
      'records needs to know the instance: give --apim NAME, or the report of a run that had it; custom domains ' +
        'are given with --hostname ROLE=HOST',
    );
  }
  if (options.vip === null) problems.push(vipUnknown(apim));
  if (options.vip === null || problems.length > 0) throw new UsageError(problems);
  const vip = usable(options.vip, 'vip', origins.vip);
  const { surveyAndPlan } = await import('../agent.ts');
  const { environment, plan } = await surveyAndPlan({ ...options, ...NOTHING_ELSE });
  const notes = [...environment.notes, ...plan.notes].filter((note) =>
    /^--(?:vip|hostname|location)\b/.test(note),
  );
  const names = namesOfPlan(plan);
  // Custom domains of roles that the cloud does not have: the notes say so.
  if (names.hosts.length === 0) throw new UsageError(notes);
  return { names, vip, suffix: instanceSuffix(environment.cloud), notes, right: 0 };
}

/** What these would say, the report says. */
const IN_THE_REPORT = ['apim', 'hostname', 'location', 'cloud', 'region'] as const;

interface ReportRequest {
  readonly path: string;
  readonly zone: ZoneMode;
  readonly flags: Flags;
  readonly loaded: Loaded;
}

/** What was missing when a report was made; nothing is sent. */
async function ofReport({ path, zone, flags, loaded }: ReportRequest, io: Io): Promise<Found> {
  const { options, origins } = loaded;
  const idle = IN_THE_REPORT.filter((key) => flags[key] !== undefined);
  if (idle.length > 0) {
    const names = idle.map((key) => `--${flagName(key)}`).join(', ');
    throw new UsageError([`${names}: a report says that itself; leave out the one or the other`]);
  }
  const { name, report } = await openReport(path, io);
  const given = options.vip ?? vipOfReport(report, name);
  if (given === null) throw new UsageError([`${name} is of a run without --vip. ${vipUnknown(null)}`]);
  const vip =
    options.vip === null
      ? usable(given, `${name}: environment.network.vip`, null)
      : usable(given, 'vip', origins.vip);
  const { missing, right } = namesOfReport(report, vip.address, name);
  const [bad, good] = [sizeOf(missing), sizeOf(right)];
  const notes = [`${bad} of ${bad + good} host names that were looked up in that run need a record`];
  const all = zone === 'suffix' && bad > 0;
  if (all && good > 0) notes.push('--zone suffix: all of them are printed, as one zone has to hold them all');
  return {
    names: all
      ? {
          hosts: [...missing.hosts, ...right.hosts],
          elsewhere: [...missing.elsewhere, ...right.elsewhere],
          leftOut: missing.leftOut,
        }
      : missing,
    vip,
    suffix: instanceSuffix(report.environment.cloud),
    notes,
    right: good,
  };
}

function sizeOf({ hosts, elsewhere }: Pick<Names, 'hosts' | 'elsewhere'>): number {
  return hosts.length + elsewhere.length;
}

function vipUnknown(apim: string | null): string {
  return (
    'The address that the records lead to is not known: give --vip ADDRESS. It is the private virtual IP on the ' +
    'Overview page of the instance in the Azure portal, and the answer to: az apim show --resource-group GROUP ' +
    `--name ${apim ?? 'NAME'} --query privateIpAddresses`
  );
}

/** `key: "value" (origin) is …`, as for every other value. */
function usable(vip: string, key: string, origin: string | null): RecordAddress {
  try {
    return recordAddress(vip);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new UsageError([`${key}: ${quote(vip)} ${origin === null ? '' : `(${origin}) `}${error.message}`]);
  }
}

function publicNote({ address }: RecordAddress): string[] {
  if (addressScope(address) === 'private') return [];
  return [
    `${address} is a public address; the host names of an instance in internal mode lead to its private virtual IP`,
  ];
}

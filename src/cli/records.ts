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

/** The input of the records, from the plan or a report. */
interface Found {
  readonly names: Names;
  readonly vip: RecordAddress;
  readonly suffix: string;
  readonly notes: readonly string[];
  /** How many host names already resolve to the right address. */
  readonly right: number;
}

/** `apim-probe records`: prints the DNS records that an instance needs. */
export const records: Command = async ({ flags, own, positionals: [path] }, io) => {
  const loaded = await loadOptions(flags, io);
  const zone: ZoneMode = own['zone'] === 'suffix' ? 'suffix' : 'host';
  const found =
    path === undefined
      ? await findForInstance(loaded)
      : await findInReport({ path, zone, flags, loaded }, io);
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

/** Records are for the instance's own names only, so the other targets of a config file are removed. */
const NO_OTHER_TARGETS = {
  ...{ storage: [], sql: [], keyVault: [], eventHubs: [], redis: [], target: [], from: [] },
  ...{ only: [], skip: [], require: [], optional: [], expectPrivate: [] },
} as const satisfies Partial<Options>;

/** All records of the instance, by the catalogue. */
async function findForInstance({ options, origins }: Loaded): Promise<Found> {
  const { apim, hostname } = options;
  const problems: string[] = [];
  if (apim === null && hostname.length === 0) {
    problems.push(
      'records needs the instance: give --apim NAME, or the report of a run with --apim; give custom domains ' +
        'with --hostname ROLE=HOST',
    );
  }
  if (options.vip === null) problems.push(vipUnknown(apim));
  if (options.vip === null || problems.length > 0) throw new UsageError(problems);
  const vip = parseVip(options.vip, 'vip', origins.vip);
  const { surveyAndPlan } = await import('../survey-and-plan.ts');
  const { environment, plan } = await surveyAndPlan({ ...options, ...NO_OTHER_TARGETS });
  const notes = [...environment.notes, ...plan.notes].filter((note) =>
    /^--(?:vip|hostname|location)\b/.test(note),
  );
  const names = namesOfPlan(plan);
  // All custom domains are of roles that the cloud does not have; the notes name them.
  if (names.hosts.length === 0) throw new UsageError(notes);
  return { names, vip, suffix: instanceSuffix(environment.cloud), notes, right: 0 };
}

/** The report has these values. */
const IN_THE_REPORT = ['apim', 'hostname', 'location', 'cloud', 'region'] as const;

interface ReportRequest {
  readonly path: string;
  readonly zone: ZoneMode;
  readonly flags: Flags;
  readonly loaded: Loaded;
}

/** The records that were missing when the report was made. Sends nothing. */
async function findInReport({ path, zone, flags, loaded }: ReportRequest, io: Io): Promise<Found> {
  const { options, origins } = loaded;
  const unusedFlags = IN_THE_REPORT.filter((key) => flags[key] !== undefined);
  if (unusedFlags.length > 0) {
    const names = unusedFlags.map((key) => `--${flagName(key)}`).join(', ');
    throw new UsageError([
      `${names}: the report has its own values; leave out either the flags or the report`,
    ]);
  }
  const { name, report } = await openReport(path, io);
  const given = options.vip ?? vipOfReport(report, name);
  if (given === null) throw new UsageError([`${name} is of a run without --vip. ${vipUnknown(null)}`]);
  const vip =
    options.vip === null
      ? parseVip(given, `${name}: environment.network.vip`, null)
      : parseVip(given, 'vip', origins.vip);
  const { missing, right } = namesOfReport(report, vip.address, name);
  const [bad, good] = [sizeOf(missing), sizeOf(right)];
  const notes = [`${bad} of ${bad + good} host names that were looked up in that run need a record`];
  const all = zone === 'suffix' && bad > 0;
  if (all && good > 0) notes.push('--zone suffix: prints all of them, because one zone must hold them all');
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
    'The address of the records is not known: give --vip ADDRESS. It is the private virtual IP on the ' +
    'Overview page of the instance in the Azure portal, and the output of: az apim show --resource-group GROUP ' +
    `--name ${apim ?? 'NAME'} --query privateIpAddresses`
  );
}

/** `key: "value" (origin) is …`, as for every other value. */
function parseVip(vip: string, key: string, origin: string | null): RecordAddress {
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
    `${address} is a public address; the host names of an instance in internal mode resolve to its private virtual IP`,
  ];
}

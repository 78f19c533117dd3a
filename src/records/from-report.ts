/** The host names with missing or wrong records, from a report. Pure. */
import { addressScope, canonicalAddress } from '../../probes/address-scope.ts';
import { BadValue } from '../common/bad-value.ts';
import { address, hostName } from '../common/host-name.ts';
import { quote } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Report, Target } from '../model/report.ts';
import { isOfFurtherLocation } from '../plan/locations.ts';
import type { Names } from './types.ts';

/** The names of the instance in a report. */
export interface FoundNames {
  readonly missing: Names;
  /** Names that were looked up and have the right address. */
  readonly right: Pick<Names, 'hosts' | 'elsewhere'>;
}

/**
 * Sorts the host names by whether they resolve only to the virtual IP on every queried DNS server. Gateways of further
 * regions have other addresses, so any private address is right for them.
 * @param vip in its canonical form
 * @throws UsageError for an invalid host name, and if the report has no instance
 */
export function namesOfReport(
  report: { readonly targets: readonly Target[] },
  vip: string,
  name: string,
): FoundNames {
  const own = report.targets.flatMap((target, index) =>
    isOfInstance(target)
      ? [{ ...target, host: parseHostName(target.host, `${name}: targets[${index}].host`) }]
      : [],
  );
  if (!own.some(({ host }) => !host.includes('<'))) {
    throw new UsageError([
      `${name} has no host name of an instance: its run had neither --apim nor --hostname. Give --apim NAME ` +
        'instead of the report',
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

/**
 * The virtual IP of the run that made the report.
 * @param name of the report's file, for the error
 * @throws UsageError when it is not an address
 */
export function vipOfReport({ environment }: Pick<Report, 'environment'>, name: string): string | null {
  const { vip } = environment.network;
  return vip === null ? null : parseField(vip, `${name}: environment.network.vip`, address);
}

type State = 'missing' | 'right' | 'incomplete' | 'not-looked-up';

const WHY_LEFT_OUT: Partial<Record<State, string>> = {
  incomplete: 'a part of it was not known in that run',
  'not-looked-up': 'it was not looked up in that run',
};

type Addresses = readonly string[];

function stateOf(
  host: string,
  targets: readonly Target[],
  isRight: (addresses: Addresses) => boolean,
): State {
  if (host.includes('<')) return 'incomplete';
  const answers = targets.flatMap(({ resolutions }) => resolutions.map(({ addresses }) => addresses));
  if (answers.length === 0) return 'not-looked-up';
  return answers.every(isRight) ? 'right' : 'missing';
}

function isOfInstance({ group }: Target): boolean {
  return group === 'gateway' || group === 'control-plane';
}

/** A host name, which may have a placeholder (`<region>`), without characters special to a shell or a zone file. */
function parseHostName(host: string, place: string): string {
  return parseField(host, place, (text) => {
    const name = hostName(text.replace(/<[a-z-]{1,20}>/g, 'x'));
    if (!text.includes('<')) return name;
    if (/^[\x21-\x7e]+$/.test(text)) return text;
    throw new BadValue('must be a host name in ASCII');
  });
}

function leadsTo(vip: string): (addresses: Addresses) => boolean {
  return (addresses) =>
    addresses.length > 0 && addresses.every((address) => canonicalAddress(address) === vip);
}

function leadsInside(addresses: Addresses): boolean {
  return addresses.length > 0 && addresses.every((address) => addressScope(address) === 'private');
}

/**
 * @param place the file and field of the value, for the error
 * @throws UsageError when the parser refuses the value
 */
function parseField(value: string, place: string, parse: (text: string) => string): string {
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new UsageError([`${place}: ${quote(value)} ${error.message}`]);
  }
}

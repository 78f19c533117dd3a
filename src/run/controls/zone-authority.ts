/** Who answers for the suffixes under which Azure publishes its services: the public zones, or private ones over them. */
import type { Failure } from '../../../probes/failures.ts';
import { zoneAt } from '../../../probes/wire/zone.ts';
import { serverName } from '../../environment/index.ts';
import { AZURE_RESOLVER } from '../../model/azure.ts';
import type { ControlOf, ZoneAuthorityAnswer } from '../../model/controls.ts';
import type { RunContext } from '../context.ts';

type ZoneAuthority = ControlOf<'dns-zone-authority'>;

/** The primary server in the SOA of every Azure private DNS zone. */
const AZURE_PRIVATE = /(?:^|\.)azureprivatedns\.net\.?$/i;

/** Asks every configured server, and Azure's own, for the SOA of each suffix; null when there is nobody to ask. */
export async function zoneAuthority(
  suffixes: readonly string[],
  { system, survey, budget, queries }: RunContext,
): Promise<ZoneAuthority | null> {
  if (survey.servers.length === 0) return null;
  const knowsAzure = survey.servers.some(({ address }) => address === AZURE_RESOLVER.address);
  const servers = knowsAzure ? survey.servers : [...survey.servers, AZURE_RESOLVER];
  const asked = await Promise.all(
    servers.flatMap((server) =>
      suffixes.map(async (suffix): Promise<Seen | null> => {
        const answer = await queries(
          () => zoneAt({ system, server, budget }, suffix),
          ({ limit }) => limit,
        );
        if (answer === null) return null;
        const { rcode, zone, primary, authoritative } = answer;
        return { server: serverName(server), suffix, rcode, zone, primary, authoritative };
      }),
    ),
  );
  const seen = asked.filter((answer) => answer !== null);
  return {
    name: 'dns-zone-authority',
    ...zoneOutcome(seen.map((one) => ({ ...one, private: isPrivate(one, seen) }))),
  };
}

type Seen = Omit<ZoneAuthorityAnswer, 'private'>;

/** The primary servers of Azure's public zones. */
const AZURE_PUBLIC = /(?:^|\.)azure-dns\.[a-z]{2,4}\.?$/i;

/**
 * Whether a zone of this network's own answers for the suffix. Who says that it holds the zone itself (AA) may only
 * be passing on the reply of somebody who does: what Azure's own resolver says as well is no zone of the server's.
 */
function isPrivate(answer: Seen, all: readonly Seen[]): boolean {
  const { server, suffix, zone, primary, authoritative } = answer;
  if (!covers(zone, suffix)) return false;
  if (AZURE_PRIVATE.test(primary ?? '')) return true;
  if (!authoritative || server === AZURE_RESOLVER.address || AZURE_PUBLIC.test(primary ?? '')) return false;
  const azure = all.find((other) => other.server === AZURE_RESOLVER.address && other.suffix === suffix);
  // Where this machine could not ask for it, there is nothing to compare with.
  if (azure?.rcode === ('local_limit' satisfies Failure)) return false;
  return azure === undefined || azure.primary !== primary;
}

/** The zone is the suffix itself or stands above it, and is no top-level domain. */
function covers(zone: string | null, suffix: string): boolean {
  const name = zone?.toLowerCase().replace(/\.$/, '') ?? '';
  return name.includes('.') && (suffix === name || suffix.endsWith(`.${name}`));
}

function zoneOutcome(zones: readonly ZoneAuthorityAnswer[]): Pick<ZoneAuthority, 'outcome' | 'detail'> {
  const own = zones.filter((answer) => answer.private);
  const [first] = own;
  if (first !== undefined) {
    const names = [...new Set(own.map(({ zone }) => zone))].join(', ');
    const text = `${first.server} answers from a private zone in the place of the public ${names}`;
    return { outcome: 'anomalous', detail: { text, zones: [...zones] } };
  }
  const known = zones.some(({ zone }) => zone !== null);
  const text = known
    ? 'the public suffixes of Azure’s services are public here'
    : 'no DNS server said which zones Azure’s services are in';
  return { outcome: known ? 'expected' : 'unknown', detail: { text, zones: [...zones] } };
}

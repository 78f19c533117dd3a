/** Who answers for the suffixes under which Azure publishes its services: the public zones, or private ones over them. */
import { zoneAt } from '../../../probes/wire/zone.ts';
import { serverName } from '../../environment/index.ts';
import type { ControlOf, ZoneAuthorityAnswer } from '../../report/controls.ts';
import type { RunContext } from '../context.ts';
import { AZURE_RESOLVER } from './azure-resolver.ts';

type ZoneAuthority = ControlOf<'dns-zone-authority'>;

/** The primary server in the SOA of every Azure private DNS zone. */
const AZURE_PRIVATE = /(?:^|\.)azureprivatedns\.net\.?$/i;

/** Asks every configured server, and Azure's own, for the SOA of each suffix; null when there is nobody to ask. */
export async function zoneAuthority(
  suffixes: readonly string[],
  { outside, survey, budget, queries }: RunContext,
): Promise<ZoneAuthority | null> {
  if (survey.servers.length === 0) return null;
  const knowsAzure = survey.servers.some(({ address }) => address === AZURE_RESOLVER.address);
  const servers = knowsAzure ? survey.servers : [...survey.servers, AZURE_RESOLVER];
  const asked = await Promise.all(
    servers.flatMap((server) =>
      suffixes.map(async (suffix): Promise<ZoneAuthorityAnswer | null> => {
        const answer = await queries(() => zoneAt({ outside, server, budget }, suffix));
        if (answer === null) return null;
        const { rcode, zone, primary, authoritative } = answer;
        const holdsItself = authoritative && server.address !== AZURE_RESOLVER.address;
        const own = covers(zone, suffix) && (AZURE_PRIVATE.test(primary ?? '') || holdsItself);
        return { server: serverName(server), suffix, rcode, zone, primary, authoritative, private: own };
      }),
    ),
  );
  const zones = asked.filter((answer) => answer !== null);
  return { name: 'dns-zone-authority', ...judge(zones) };
}

/** The zone is the suffix itself or stands above it, and is no top-level domain. */
function covers(zone: string | null, suffix: string): boolean {
  const name = zone?.toLowerCase().replace(/\.$/, '') ?? '';
  return name.includes('.') && (suffix === name || suffix.endsWith(`.${name}`));
}

function judge(zones: readonly ZoneAuthorityAnswer[]): Pick<ZoneAuthority, 'outcome' | 'detail'> {
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

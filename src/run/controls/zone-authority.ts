/** Finds the zones that answer for the DNS suffixes of Azure's services. */
import { queryZone } from '../../../probes/wire/zone.ts';
import { nameDnsServer } from '../../common/host-port.ts';
import { AZURE_RESOLVER } from '../../model/azure.ts';
import type { ObservedZones, ZoneAnswer } from '../../model/controls.ts';
import type { RunContext } from '../context.ts';

/** Asks every configured server and Azure's resolver for the SOA of each suffix; null without configured servers. */
export async function zoneAuthority(
  suffixes: readonly string[],
  { system, survey, budget, queries }: RunContext,
): Promise<ObservedZones | null> {
  if (survey.servers.length === 0) return null;
  const knowsAzure = survey.servers.some(({ address }) => address === AZURE_RESOLVER.address);
  const servers = knowsAzure ? survey.servers : [...survey.servers, AZURE_RESOLVER];
  const asked = await Promise.all(
    servers.flatMap((server) =>
      suffixes.map(async (suffix): Promise<ZoneAnswer | null> => {
        const answer = await queries(
          () => queryZone({ system, server, budget }, suffix),
          ({ limit }) => limit,
        );
        if (answer === null) return null;
        const { rcode, zone, primary, authoritative } = answer;
        return { server: nameDnsServer(server), suffix, rcode, zone, primary, authoritative };
      }),
    ),
  );
  return { name: 'dns-zone-authority', detail: { zones: asked.filter((answer) => answer !== null) } };
}

/** Azure's own resolver asked directly, beside whatever servers are configured. */
import { isIP } from 'node:net';
import { resolveAt } from '../../../probes/wire/resolve.ts';
import type { PlannedTarget } from '../../plan/types.ts';
import type { ControlOf } from '../../report/controls.ts';
import type { RunContext } from '../context.ts';

/** The same virtual public address in every region and cloud ("What is IP address 168.63.129.16?"). */
const SERVER = '168.63.129.16';
/** Azure DNS throttles each VM; the catalogue stays well below this, an imported list may not. */
const MOST_NAMES = 200;

/** Asks for every name of the plan; null when the server is a configured one and is asked anyway. */
export async function azureDns(
  targets: readonly PlannedTarget[],
  { outside, survey, budget }: RunContext,
): Promise<ControlOf<'azure-dns'> | null> {
  if (survey.servers.some(({ address }) => address === SERVER)) return null;
  const names = new Set(
    targets
      .filter(({ testable, host }) => testable && isIP(host) === 0)
      .map(({ host }) => host.toLowerCase()),
  );
  const server = { address: SERVER, port: 53 };
  const answers = await Promise.all(
    [...names].slice(0, MOST_NAMES).map(async (name) => {
      const { rcode, addresses, cname } = await resolveAt({ outside, server, budget }, name);
      return { server: SERVER, name, rcode, addresses: [...addresses], cname: [...cname] };
    }),
  );
  const resolved = answers.filter(({ addresses }) => addresses.length > 0).length;
  const text =
    resolved > 0
      ? `${SERVER}, asked directly, resolves ${resolved} of ${answers.length} names`
      : `${SERVER} resolved none of ${answers.length} names: not an Azure network, or its DNS is blocked`;
  return {
    name: 'azure-dns',
    outcome: resolved > 0 ? 'expected' : 'unknown',
    detail: { text, server: SERVER, answers },
  };
}

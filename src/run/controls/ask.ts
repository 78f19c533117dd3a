import { resolveAt } from '../../../probes/wire/resolve.ts';
import { nameDnsServer } from '../../common/host-port.ts';
import type { ServerAddress } from '../../config/types.ts';
import type { ControlAnswer } from '../../model/controls.ts';
import type { RunContext } from '../context.ts';
import { limitOf } from '../names.ts';

const NOT_ASKED = { rcode: 'deadline_exceeded', addresses: [], cname: [], authority: [], ms: 0 };
/** RFC 1035 section 2.3.4: a query cannot contain a longer name. */
const LONGEST_NAME = 253;

/** Asks one server for one name and returns the answer as a control stores it. Never throws. */
export async function ask(
  server: ServerAddress,
  name: string,
  { system, budget, queries }: Pick<RunContext, 'system' | 'budget' | 'queries'>,
): Promise<ControlAnswer> {
  const isShortEnough = name.length <= LONGEST_NAME;
  const answer = isShortEnough
    ? await queries(() => resolveAt({ system, server, budget }, name), limitOf)
    : null;
  const { rcode, addresses, cname, authority, ms } = answer ?? NOT_ASKED;
  return {
    server: nameDnsServer(server),
    name,
    rcode,
    addresses: [...addresses],
    cname: [...cname],
    authority: [...authority],
    ms,
  };
}

/** Asks Azure's resolver directly, in addition to the configured servers. */
import { isIP } from 'node:net';
import type { Failure } from '../../../probes/failures.ts';
import { queryTcp } from '../../../probes/wire/dns-query.ts';
import { toProbeError } from '../../../probes/wire/failure.ts';
import { AZURE_RESOLVER } from '../../model/azure.ts';
import type { ControlAnswer, ControlOf } from '../../model/controls.ts';
import type { PlannedTarget } from '../../plan/types.ts';
import type { RunContext } from '../context.ts';
import { ask } from './ask.ts';

const SERVER = AZURE_RESOLVER.address;
/** Azure DNS throttles each VM; the catalogue stays well below this, an imported list may not. */
const MOST_NAMES = 200;

/** Asks for the names of the plan; null without names, or when Azure's resolver is a configured server. */
export async function azureDns(
  targets: readonly PlannedTarget[],
  context: RunContext,
): Promise<ControlOf<'azure-dns'> | null> {
  const { survey } = context;
  if (survey.servers.some(({ address }) => address === SERVER)) return null;
  const names = new Set(
    targets
      .filter(({ testable, host }) => testable && isIP(host) === 0)
      .map(({ host }) => host.toLowerCase()),
  );
  if (names.size === 0) return null;
  const tcp = askOverTcp(context);
  const answers = await Promise.all(
    [...names].slice(0, MOST_NAMES).map((name) => ask(AZURE_RESOLVER, name, context)),
  );
  const resolved = answers.filter(({ addresses }) => addresses.length > 0).length;
  return {
    name: 'azure-dns',
    outcome: resolved > 0 ? 'expected' : 'unknown',
    detail: { text: azureDnsText(answers, resolved, names.size), server: SERVER, tcp: await tcp, answers },
  };
}

/** Asks over TCP too: long answers need it (RFC 7766), and a firewall may allow only UDP. */
async function askOverTcp({ system, budget, queries, question }: RunContext): Promise<string | null> {
  const context = { system, server: AZURE_RESOLVER, budget };
  const tryOnce = async () => {
    try {
      const { rcode } = await queryTcp(context, { name: question, type: 'A' });
      return { rcode, limit: null };
    } catch (error) {
      const { failure, message } = toProbeError(error, 'dns');
      return { rcode: failure, limit: failure === 'local_limit' ? message : null };
    }
  };
  const asked = await queries(tryOnce, ({ limit }) => limit);
  return asked?.rcode ?? null;
}

function azureDnsText(answers: readonly ControlAnswer[], resolved: number, names: number): string {
  const asked = names > answers.length ? `the first ${answers.length} of ${names} names` : `${names} names`;
  if (resolved > 0) return `${SERVER}, asked directly, resolves ${resolved} of ${asked}`;
  if (answers.every(({ rcode }) => rcode === ('local_limit' satisfies Failure))) {
    return `${SERVER} could not be asked directly: this VM ran out of a resource`;
  }
  // An RCODE is in capitals; the name of a failure is not.
  const replied = answers.some(({ rcode }) => /^[A-Z]/.test(rcode));
  return replied
    ? `${SERVER}, asked directly, answers and resolves none of ${asked}`
    : `${SERVER} did not answer for any of ${asked}: not an Azure network, or its DNS is blocked`;
}

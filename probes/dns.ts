import { ProbeError } from './failures.ts';
import type { Probe } from './types.ts';
import { recordDestination } from './wire/dial.ts';
import { type QueryContext, queryTcp, queryUdp } from './wire/dns-query.ts';
import type { Session } from './wire/session.ts';

/**
 * A DNS server. An answer over UDP with any RCODE proves that it is alive. The probe asks over TCP too, because
 * truncated answers need it (RFC 7766 section 5), but that result does not decide.
 *
 * Proof: an answer with the query's id, port and question, also an error. DNS proves no name of the server: what the
 * answers are worth, the diagnosis judges by several servers and names.
 */
export const dns: Probe = {
  over: 'nothing',
  converse: async (session) => {
    recordDestination(session);
    const [udp, tcp] = await Promise.allSettled([
      session.step('request', 'dns', () => queryUdp(context(session), question(session))),
      queryTcp(context(session), question(session)),
    ]);
    session.facts.dns = { udp: outcome(udp), tcp: outcome(tcp) };
    if (udp.status === 'rejected') throw udp.reason;
    session.facts.proof = 'reply';
  },
};

function context({ system, address, target, budget }: Session): QueryContext {
  return { system, server: { address, port: target.port }, host: target.host, budget };
}

function question(session: Session) {
  return { name: session.target.question, type: 'A' } as const;
}

function outcome(result: PromiseSettledResult<{ readonly rcode: string }>): string {
  if (result.status === 'fulfilled') return result.value.rcode;
  return result.reason instanceof ProbeError ? result.reason.failure : 'unexpected';
}

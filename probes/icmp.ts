import { NotPossibleHere, ProbeError } from './failures.ts';
import { type Pinged, pingCommand, readPing } from './ping-output.ts';
import { printable } from './printable.ts';
import type { Probe } from './types.ts';
import type { Session } from './wire/session.ts';

/**
 * An echo request with the system's ping, because raw sockets need privileges that a probe should not have. Any host can
 * answer for another, and Azure drops pings, so the result counts in no verdict.
 * @throws NotPossibleHere when this machine has no ping, or this user may not run it
 */
export const icmp: Probe = {
  over: 'nothing',
  converse: async (session) => {
    const { system, budget } = session;
    const stop = new AbortController();
    const argv = pingCommand(system.platform, destination(session), budget.stepMs);
    try {
      const outcome = await session.step('request', 'protocol', async () => {
        const pinged = readPing(await system.runProgram(argv, stop.signal));
        recordPing(session, pinged);
        return pinged;
      });
      if (outcome.kind === 'impossible') throw new NotPossibleHere(outcome.why);
      session.facts.proof = 'reply';
    } finally {
      // Kills the program when the step ends early.
      stop.abort();
    }
  },
};

/** The address without a port, because ICMP has no ports. */
function destination({ system, target, address, facts }: Session): string {
  const endpoint = system.route(target.host, address, target.port);
  if (endpoint.address !== address) facts.dialled = endpoint.address;
  return endpoint.address;
}

function recordPing({ facts }: Session, pinged: Pinged): void {
  if (pinged.kind === 'answered') facts.icmp = { rttMs: pinged.rttMs };
  if (pinged.kind === 'silent') throw new ProbeError('protocol_timeout', 'no echo reply');
  if (pinged.kind === 'limited') throw new ProbeError('local_limit', printable(pinged.why, 256));
  if (pinged.kind === 'refused') throw new ProbeError('protocol_refused', printable(pinged.why, 256));
}

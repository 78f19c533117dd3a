/** Queries a random name under each service suffix: if it resolves, a server forges answers. */
import type { ControlOf } from '../../model/controls.ts';
import type { RunContext } from '../context.ts';
import { ask } from './ask.ts';

/** Asks every configured server for one random name per suffix. */
export async function randomNames(
  suffixes: readonly string[],
  context: RunContext,
): Promise<ControlOf<'dns-random-name'>> {
  const { system, survey } = context;
  const asked = await Promise.all(
    survey.servers.flatMap((server) =>
      suffixes.map((suffix) => {
        const label = `x${Buffer.from(system.randomBytes(8)).toString('hex')}`;
        return ask(server, `${label}.${suffix}`, context);
      }),
    ),
  );
  const answers = asked.filter(({ addresses }) => addresses.length > 0);
  const [first] = answers;
  if (first !== undefined) {
    const text = `${first.name} does not exist, but ${first.server} answers with ${first.addresses.join(', ')}`;
    return { name: 'dns-random-name', outcome: 'anomalous', detail: { text, answers } };
  }
  // Only NXDOMAIN and NOERROR deny the name; timeouts and refusals are inconclusive.
  const denied = asked.some(({ rcode }) => rcode === 'NXDOMAIN' || rcode === 'NOERROR');
  return {
    name: 'dns-random-name',
    outcome: denied ? 'expected' : 'unknown',
    detail: {
      text: denied
        ? 'names that do not exist do not resolve'
        : 'no DNS server answered for a name that does not exist',
      answers,
    },
  };
}

/** Asks servers that answered once more, when the rest of the run is done. */
import type { Budget } from '../../../probes/wire/budget.ts';
import { nameDnsServer } from '../../common/host-port.ts';
import type { ServerAddress } from '../../config/types.ts';
import type { ControlAnswer, ControlOf } from '../../model/controls.ts';
import type { ObservedTarget, Resolution } from '../../model/report.ts';
import type { RunContext } from '../context.ts';
import { ask } from './ask.ts';

/** ms for all questions together. */
const TIME = 1000;
/** Questions for each server; a pool of which one member differs shows itself in fewer. */
const MOST_NAMES = 64;
/** Times that a name is asked again while its target fails, until another member of a pool answers. */
const MOST_TRIES = 4;
/** Without a reply there is no answer to compare. */
const ANSWERED = /^[A-Z]/;

interface Question {
  readonly server: ServerAddress;
  readonly host: string;
  readonly first: Resolution;
  readonly tries: number;
}

/** Null when no server answered for a name, and when the run is over. */
export async function secondAnswers(
  targets: readonly ObservedTarget[],
  context: RunContext,
): Promise<ControlOf<'dns-second-answer'> | null> {
  const { system, budget, queries } = context;
  const questions = context.survey.servers.flatMap((server) => questionsFor(server, targets));
  if (questions.length === 0 || budget.signal.aborted) return null;
  const end = system.monotonicMs() + TIME;
  const inTime: Budget = {
    signal: budget.signal,
    // Questions that had to wait have less.
    get stepMs() {
      return Math.max(1, Math.min(budget.stepMs, end - system.monotonicMs()));
    },
  };
  const asked = await Promise.all(
    questions.map(async ({ server, host, first, tries }) => {
      const askAgain = () => ask(server, host, { system, budget: inTime, queries });
      let second = await askAgain();
      for (
        let tried = 1;
        tried < tries && ANSWERED.test(second.rcode) && !differ(first, second);
        tried += 1
      ) {
        second = await askAgain();
      }
      return { first, second };
    }),
  );
  const answered = asked.filter(({ second }) => ANSWERED.test(second.rcode));
  const answers = answered.filter(({ first, second }) => differ(first, second)).map(({ second }) => second);
  return {
    name: 'dns-second-answer',
    outcome: answered.length === 0 ? 'unknown' : 'expected',
    detail: {
      text:
        answered.length === 0
          ? 'no server answered a second time'
          : `asked a second time, servers gave ${answers.length} of ${answered.length} answers with another result`,
      asked: asked.length,
      answers,
    },
  };
}

function questionsFor(server: ServerAddress, targets: readonly ObservedTarget[]): Question[] {
  const name = nameDnsServer(server);
  const byHost = new Map<string, Question>();
  // Names of targets that fail come first, and are asked most often.
  const isReached = ({ attempts }: ObservedTarget): boolean => attempts.some(({ ok }) => ok);
  const [failing, reached] = [targets.filter((one) => !isReached(one)), targets.filter(isReached)];
  for (const target of [...failing, ...reached]) {
    const { host, resolutions } = target;
    const first = resolutions.find((one) => one.server === name);
    // A name without a dot goes through the search list.
    if (first === undefined || !ANSWERED.test(first.rcode) || !host.includes('.')) continue;
    const key = host.toLowerCase();
    if (byHost.size >= MOST_NAMES || byHost.has(key)) continue;
    byHost.set(key, { server, host: key, first, tries: isReached(target) ? 1 : MOST_TRIES });
  }
  return [...byHost.values()];
}

function differ(first: Resolution, second: ControlAnswer): boolean {
  return (
    first.rcode !== second.rcode || first.addresses.toSorted().join() !== second.addresses.toSorted().join()
  );
}

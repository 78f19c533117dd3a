import type { RefusalFacts } from '../../../probes/facts.ts';
import type { Attempt, Finding, Target } from '../../model/report.ts';
import { failedWith } from '../attempts.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { isRefusalOfRpc, kindOfRefusal, type RefusalKind } from '../refusals.ts';
import type { Rule, Scene } from '../rule.ts';
import { brief, count, list } from '../text.ts';

/** Enough for the sentence of a block list with its page. */
const QUOTE = 256;
const MOST_QUOTES = 4;

/** Refusals by the service, in its own protocol: one finding for each kind, because each has a remedy of its own. */
export const serviceRefused: Rule = (scene) => {
  const refused = scene.open.filter(isRefused);
  const byKind = Map.groupBy(refused, (target) => kindOf(target)?.id ?? `other ${target.protocol}`);
  return [...byKind.keys()].sort().map((id) => refusedFinding(scene, byKind.get(id) ?? []));
};

function isRefused(target: Target): boolean {
  if (!failedWith(target, ['protocol_refused'])) return false;
  const facts = attemptOf(target)?.facts;
  return target.protocol !== 'kms' || (facts !== undefined && isRefusalOfRpc(facts));
}

function attemptOf({ attempts }: Target): Attempt | undefined {
  return attempts.findLast(({ failure }) => failure === 'protocol_refused');
}

/** Reports of earlier versions have the error's text alone. */
function refusalOf(target: Target): RefusalFacts | null {
  return attemptOf(target)?.facts.refusal ?? null;
}

function kindOf(target: Target): RefusalKind | null {
  return kindOfRefusal(target.protocol, refusalOf(target));
}

function refusedFinding({ observations }: Scene, targets: readonly Target[]): Finding {
  const [first] = targets;
  const place = targets.length === 1 && first !== undefined ? `${first.host}:${first.port}` : null;
  const codes = list(targets.flatMap((target) => refusalOf(target)?.code ?? []).sort(), 4);
  const kind = first === undefined ? null : kindOf(first);
  const manner = kind?.isTemporary === true ? ' for now' : '';
  return createFinding('service-refused', {
    title: `${place ?? count(targets.length, 'endpoint')} ${place === null ? 'refuse' : 'refuses'}${manner}${codes === '' ? '' : `, with ${codes}`}`,
    explanation: `Connections open, and the service’s own answer is a refusal: ${quotesOf(targets)}.`,
    targets,
    ...(kind !== null && { remedy: kind.remedy }),
    confirm: rerunCommand(observations, targets),
  });
}

/** Each text once, with the endpoints that sent it. */
function quotesOf(targets: readonly Target[]): string {
  const byText = Map.groupBy(targets, (target) => attemptOf(target)?.facts.error ?? 'no text');
  const quotes = [...byText].map(([text, senders]) => {
    const places = senders.map(({ host, port }) => `${host}:${port}`);
    return `${list(places, 3)}: “${brief(text, QUOTE)}”`;
  });
  const shown = quotes.slice(0, MOST_QUOTES).join('; ');
  return quotes.length > MOST_QUOTES ? `${shown}; ${quotes.length - MOST_QUOTES} more` : shown;
}

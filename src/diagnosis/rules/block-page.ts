import type { Finding, Target } from '../../model/report.ts';
import { failedWith } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { brief, count, list } from '../text.ts';

/** Replies from a device on the path: one finding for each product. */
export const blockPage: Rule = (scene) => {
  const blocked = scene.open.filter(
    (target) => failedWith(target, ['http_blocked']) || productOf(target) !== null,
  );
  const byProduct = Map.groupBy(blocked, (target) => productOf(target) ?? 'a firewall or proxy');
  return [...byProduct.keys()]
    .sort()
    .map((product) => blockPageFinding(scene, product, byProduct.get(product) ?? []));
};

function blockPageFinding({ observations }: Scene, product: string, targets: readonly Target[]): Finding {
  const name = brief(product, 60);
  const statuses = list(
    [...new Set(targets.flatMap((target) => httpOf(target)?.status ?? []))].sort().map(String),
    4,
  );
  const start = targets.map((target) => titleOf(httpOf(target)?.bodyStart ?? '')).find((text) => text !== '');
  return createFinding('block-page', {
    title: `${capital(name)} answered in the place of ${count(targets.length, 'endpoint')}`,
    explanation:
      `${list(
        targets.map(({ host, port }) => `${host}:${port}`),
        5,
      )} gave a block page` +
      `${statuses === '' ? '' : ` with HTTP status ${statuses}`}${start === undefined ? '' : `: “${brief(start)}”`}. ` +
      'The services themselves never saw the request.',
    targets,
    remedy: [allowStep(product, targets), ...CAUSE_TEXTS['block-page'].remedy.slice(1)],
    confirm: rerunCommand(observations, targets),
  });
}

/** The title of a page, else its beginning. */
function titleOf(page: string): string {
  return (/<title[^>]*>([^<]+)/i.exec(page)?.[1] ?? page).trim();
}

function allowStep(product: string, targets: readonly Target[]): string {
  const names = list(
    targets.map(({ host, port, protocol }) => `${host} (${protocol}:${port})`),
    20,
  );
  return product === 'Azure Firewall'
    ? `Azure Firewall: add an application rule with source this subnet for ${names}.`
    : `On the device that wrote the page (${brief(product, 60)}): allow this subnet to reach ${names}.`;
}

function httpOf(target: Target) {
  const blocked = target.attempts.findLast(({ facts }) => typeof facts.http?.blockPage === 'string');
  return blocked?.facts.http ?? target.attempts.findLast(({ facts }) => facts.http !== undefined)?.facts.http;
}

function productOf(target: Target): string | null {
  return httpOf(target)?.blockPage ?? null;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

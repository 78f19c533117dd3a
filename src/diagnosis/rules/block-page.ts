import { capitalize } from '../../common/wording.ts';
import type { Finding, Target } from '../../model/report.ts';
import { failedWith } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { type Page, pageOf, sharedHttpReplies } from '../pages.ts';
import type { Rule, Scene } from '../rule.ts';
import { brief, count, list, listAll, listEndpoints } from '../text.ts';

const UNKNOWN = 'a firewall or proxy';

/** Replies from a device on the path: one finding for each product, and one for all devices without a name. */
export const blockPage: Rule = (scene) => {
  const shared = sharedHttpReplies(scene.open);
  const blocked = scene.open.filter(
    (target) => failedWith(target, ['http_blocked']) || productOf(target) !== null || shared.has(target),
  );
  const byProduct = Map.groupBy(blocked, (target) => productOf(target) ?? UNKNOWN);
  return [...byProduct.keys()]
    .sort()
    .map((product) => blockPageFinding(scene, product, byProduct.get(product) ?? []));
};

function blockPageFinding({ observations }: Scene, product: string, targets: readonly Target[]): Finding {
  const name = brief(product, 60);
  const pages = targets.map(pageOf);
  const statuses = list([...new Set(pages.flatMap((page) => page?.status ?? []))].sort().map(String), 4);
  return createFinding('block-page', {
    title: `${capitalize(name)} answered in the place of ${count(targets.length, 'endpoint')}`,
    explanation:
      `${listEndpoints(targets, 5)} gave a block page` +
      `${statuses === '' ? '' : ` with HTTP status ${statuses}`}${quote(product, pages)}. ` +
      'The services themselves never saw the request.',
    targets,
    remedy: [allowStep(product, targets), ...CAUSE_TEXTS['block-page'].remedy.slice(1)],
    confirm: rerunCommand(observations, targets),
  });
}

/** Where the first page leads, and its title, else its beginning; both where only they can tell whose page it is. */
function quote(product: string, pages: readonly (Page | null)[]): string {
  const [redirect] = pages.flatMap((page) => page?.location ?? []);
  const page = pages.find((one) => one !== null && `${one.title}${one.start}` !== '');
  const { title = '', start = '' } = page ?? {};
  const text = title === '' ? start : title;
  const begins =
    product === UNKNOWN && title !== '' && start !== '' ? `, which begins “${brief(start)}”` : '';
  return (
    `${redirect === undefined ? '' : `, a redirect to ${brief(redirect)}`}` +
    `${text === '' ? '' : `: “${brief(text)}”${begins}`}`
  );
}

function allowStep(product: string, targets: readonly Target[]): string {
  const names = listAll(targets.map(({ host, port, protocol }) => `${host} (${protocol}:${port})`));
  return product === 'Azure Firewall'
    ? `Azure Firewall: add an application rule with source this subnet for ${names}.`
    : `On the device that wrote the page (${brief(product, 60)}): allow this subnet to reach ${names}.`;
}

function productOf(target: Target): string | null {
  return pageOf(target)?.product ?? null;
}

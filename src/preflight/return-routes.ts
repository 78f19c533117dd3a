/** The routes that API Management needs where 0.0.0.0/0 leads elsewhere than to the Internet. Pure. */
import { saveCommand } from '../azure/documents/save-command.ts';
import type { Route } from '../azure/documents/types.ts';
import { addressesOf, covers } from '../azure/evaluate/address-set.ts';
import { type ChooseRoute, type ChosenRoute, createRouting } from '../azure/evaluate/routes.ts';
import { ACTIVATION_ROUTE, RETURN_ROUTE } from '../catalog/network-rules.ts';
import type { Selected } from '../effective/selected.ts';
import type { PreflightCheck } from '../model/azure-documents.ts';
import type { Environment } from '../model/report.ts';

type Shown = Pick<PreflightCheck, 'outcome' | 'evidence'>;

const MANAGEMENT = {
  check: RETURN_ROUTE.check,
  title: 'Replies to the control plane leave by the next hop Internet',
  required: true,
} as const;
const ACTIVATION = {
  check: ACTIVATION_ROUTE.check,
  title: 'Windows activation leaves by the next hop Internet',
  required: false,
} as const;

/** Of a documentation network (RFC 5737): it takes the route of everything that has none of its own. */
const ANY_PUBLIC = '198.51.100.1';

/** Under forced tunnelling, the routes for the control plane's replies and for Windows activation. */
export function judgeReturnRoutes({ routes }: Selected, { cloud }: Environment): PreflightCheck[] {
  const choose = createRouting(routes?.value ?? []);
  const everything = choose(ANY_PUBLIC);
  return [MANAGEMENT, ACTIVATION].map((each) => {
    // A route table does not show what BGP announces.
    if (routes === null || everything === null) return notShown(each, '');
    const { file, doubt } = routes.given;
    const shown = isInternet(everything)
      ? ({ outcome: 'met', evidence: '0.0.0.0/0 is not routed elsewhere' } as const)
      : each === MANAGEMENT
        ? judgeManagement(routes.value, cloud)
        : judgeActivation(choose, cloud);
    const elsewhere = isInternet(everything)
      ? ''
      : `${everything.prefix.cidr} leads to ${hopOf(everything)}; `;
    const evidence = `${elsewhere}${shown.evidence} (${file}${doubt === null ? '' : `; ${doubt}`})`;
    if (shown.outcome === 'not-shown') return notShown(each, evidence);
    const required = each.required && (shown.outcome === 'met' || doubt === null);
    return { ...each, required, outcome: shown.outcome, evidence, rule: null, command: null };
  });
}

function notShown(check: typeof MANAGEMENT | typeof ACTIVATION, evidence: string): PreflightCheck {
  return { ...check, rule: null, outcome: 'not-shown', evidence, command: saveCommand('effective-routes') };
}

function judgeManagement(routes: readonly Route[], cloud: Environment['cloud']): Shown {
  const toInternet = routes.filter(
    ({ isActive, nextHopType }) => isActive && nextHopType.toLowerCase() === 'internet',
  );
  const tagged = toInternet.find(({ tags, prefixes }) =>
    [...tags, ...prefixes.map(({ tag }) => tag)].some((tag) => isTagOf(tag, RETURN_ROUTE.tag)),
  );
  if (tagged !== undefined) {
    return { outcome: 'met', evidence: `${tagged.name ?? 'a route'} sends ${RETURN_ROUTE.tag} to Internet` };
  }
  // Until 2023 the documentation gave the control plane's addresses.
  const activation = addressesOf(ACTIVATION_ROUTE.addresses[cloud]);
  const byAddress = toInternet.some(
    ({ source, prefixes }) =>
      source === 'user' &&
      prefixes.some(({ cidr, tag }) => tag === null && !covers(activation, addressesOf([cidr]))),
  );
  return byAddress
    ? {
        outcome: 'not-shown',
        evidence: `no route has the service tag ${RETURN_ROUTE.tag}; whether those by address have its addresses is unknown`,
      }
    : { outcome: 'not-met', evidence: `no active route for ${RETURN_ROUTE.tag} has the next hop Internet` };
}

function isTagOf(tag: string | null, name: string): boolean {
  return (tag ?? '').split(', ').some((each) => each.split('.')[0]?.toLowerCase() === name.toLowerCase());
}

function judgeActivation(choose: ChooseRoute, cloud: Environment['cloud']): Shown {
  const others = ACTIVATION_ROUTE.addresses[cloud].filter((address) => {
    const chosen = choose(address);
    return chosen === null || !isInternet(chosen);
  });
  return others.length === 0
    ? { outcome: 'met', evidence: 'the activation servers have routes to Internet' }
    : {
        outcome: 'not-met',
        evidence: `${others.join(', ')} follow it, and activation refuses what does not come from Azure`,
      };
}

function isInternet({ route }: ChosenRoute): boolean {
  return route.nextHopType.toLowerCase() === 'internet';
}

function hopOf({ route }: ChosenRoute): string {
  return route.nextHopAddresses[0] ?? route.nextHopType;
}

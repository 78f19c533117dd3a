/** The routes that API Management needs where 0.0.0.0/0 leads elsewhere. Pure. */
import { createRouting } from '../azure/evaluate/routes.ts';
import { ACTIVATION_ROUTE, RETURN_ROUTE } from '../catalog/network-rules.ts';
import type { PreflightCheck } from '../model/azure-documents.ts';
import type { Environment } from '../model/report.ts';
import { ANY_PUBLIC, hopOf, isInternet, SAVE_ROUTES } from './next-hop.ts';
import type { Selected } from './selected.ts';

/** Under forced tunnelling, the routes for the control plane's replies and for Windows activation. */
export function judgeReturnRoutes(selected: Selected, { cloud }: Environment): PreflightCheck[] {
  const management = {
    check: RETURN_ROUTE.check,
    title: 'Replies to the control plane leave by the next hop Internet',
    required: true,
  };
  const activation = {
    check: ACTIVATION_ROUTE.check,
    title: 'Windows activation leaves by the next hop Internet',
    required: false,
  };
  const { routes } = selected;
  const hidden = { rule: null, outcome: 'not-shown', evidence: '', command: SAVE_ROUTES } as const;
  if (routes === null) return [management, activation].map((each) => ({ ...each, ...hidden }));
  const choose = createRouting(routes.value);
  const everything = choose(ANY_PUBLIC);
  // A route table does not show what BGP announces.
  if (everything === null) return [management, activation].map((each) => ({ ...each, ...hidden }));
  if (isInternet(everything)) {
    const evidence = `0.0.0.0/0 is not routed elsewhere (${routes.given.file})`;
    return [management, activation].map((each) => ({
      ...each,
      rule: null,
      outcome: 'met',
      evidence,
      command: null,
    }));
  }
  const { file, doubt } = routes.given;
  const elsewhere = `${everything.prefix.cidr} leads to ${hopOf(everything)}`;
  const conclude = (
    each: typeof management | typeof activation,
    isMet: boolean,
    shown: string,
  ): PreflightCheck => ({
    ...each,
    required: each.required && (isMet || doubt === null),
    rule: null,
    outcome: isMet ? 'met' : 'not-met',
    evidence: `${elsewhere}; ${shown} (${file}${doubt === null ? '' : `; ${doubt}`})`,
    command: null,
  });
  const tagged = routes.value.find(
    ({ isActive, tags, prefixes, nextHopType }) =>
      isActive &&
      nextHopType.toLowerCase() === 'internet' &&
      [...tags, ...prefixes.map(({ tag }) => tag)].some((tag) => isTagOf(tag, RETURN_ROUTE.tag)),
  );
  const kms = ACTIVATION_ROUTE.addresses[cloud].filter((address) => {
    const chosen = choose(address);
    return chosen === null || !isInternet(chosen);
  });
  return [
    tagged === undefined
      ? conclude(management, false, `no active route for ${RETURN_ROUTE.tag} has the next hop Internet`)
      : conclude(management, true, `${tagged.name ?? 'a route'} sends ${RETURN_ROUTE.tag} to Internet`),
    kms.length === 0
      ? conclude(activation, true, 'the activation servers have routes to Internet')
      : conclude(
          activation,
          false,
          `${kms.join(', ')} follow it, and activation refuses what does not come from Azure`,
        ),
  ];
}

function isTagOf(tag: string | null, name: string): boolean {
  return (tag ?? '').split(', ').some((each) => each.split('.')[0]?.toLowerCase() === name.toLowerCase());
}

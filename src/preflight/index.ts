/** Microsoft's prerequisites of a deployment, judged from Azure's own documents. Pure. */
import type { GivenDocument } from '../azure/documents/types.ts';
import type { EndpointList } from '../azure/reading.ts';
import type { PreflightCheck } from '../model/azure-documents.ts';
import type { Environment } from '../model/report.ts';
import { isV2 } from '../model/tiers.ts';
import { findDocuments } from './known.ts';
import { locks } from './locks.ts';
import { customDomains, dnsServers, PRIVATE_ZONES, serversOfInstance } from './names.ts';
import { judgePortTable } from './network-rules.ts';
import { defaultOutbound, serviceEndpoints } from './outbound-path.ts';
import { PUBLIC_IP } from './public-ip.ts';
import { delegation, links, nsgAttached, region, size } from './subnet.ts';
import { TWIN_SUBNET } from './twin.ts';
import type { Intent, Known, Prerequisite } from './types.ts';

export type { Intent } from './types.ts';

const CLASSIC_SUBNET: readonly Prerequisite[] = [
  delegation,
  size,
  links,
  nsgAttached,
  region,
  serviceEndpoints,
  locks,
  defaultOutbound,
];

const V2_SUBNET: readonly Prerequisite[] = [
  { ...delegation, title: 'The subnet is delegated to the service that the tier demands' },
  size,
  links,
  nsgAttached,
  region,
  locks,
];

interface Given {
  readonly documents: readonly GivenDocument[];
  /** The lists of endpoints: only NetworkStatus shows which DNS servers the instance uses. */
  readonly lists: readonly EndpointList[];
  /** ms since the epoch */
  readonly now: number;
}

/** The prerequisites of the article, and the rows of its port table. */
export function judgePreflight(given: Given, intent: Intent, environment: Environment): PreflightCheck[] {
  const { subnet, instance } = findDocuments(given.documents, intent);
  const subnetId = instance?.document.subnet ?? subnet?.document.id ?? null;
  return [
    ...judgePrerequisites(given, intent),
    ...judgePortTable(given.documents, environment, { ...intent, subnetId }),
  ];
}

/**
 * Every prerequisite of the tier, in the order of the article, whether a document shows it or not. A document with a
 * doubt makes a prerequisite that is not met optional.
 */
export function judgePrerequisites(given: Given, intent: Intent): PreflightCheck[] {
  const known = findDocuments(given.documents, intent);
  return prerequisitesOf(given, intent).map((each) => judge(each, known));
}

function prerequisitesOf({ lists, now }: Given, { tier }: Intent): readonly Prerequisite[] {
  if (isV2(tier)) return [...V2_SUBNET, TWIN_SUBNET];
  return [
    ...CLASSIC_SUBNET,
    PUBLIC_IP,
    dnsServers(serversOfInstance(lists)),
    PRIVATE_ZONES,
    customDomains(now),
  ];
}

function judge({ check, title, required, judge: look, command }: Prerequisite, known: Known): PreflightCheck {
  const judged = look(known);
  const base = { check, title, rule: null };
  if (judged === null)
    return { ...base, required, outcome: 'not-shown', evidence: '', command: command(known) };
  const files = [...new Set(judged.from.map(({ file }) => file))];
  const doubts = [...new Set(judged.from.flatMap(({ doubt }) => doubt ?? []))];
  const doubt = doubts.length === 0 ? '' : `; ${doubts.join('; ')}`;
  return {
    ...base,
    required: (judged.required ?? required) && doubts.length === 0,
    outcome: judged.outcome,
    evidence: `${judged.evidence} (${files.join(', ')}${doubt})`,
    command: null,
  };
}

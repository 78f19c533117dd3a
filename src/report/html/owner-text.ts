/** The findings of one owner as plain text, to paste into a mail or a ticket. */
import { capitalize, count } from '../../common/wording.ts';
import type { Finding, Report, Target } from '../../model/report.ts';
import type { Owner } from '../../model/vocabulary.ts';
import { cutText, formatEndpoint, formatInstant, LONGEST_PARAGRAPH } from './format.ts';

export const TEAMS: Readonly<Record<Owner, string>> = {
  network: 'the network team',
  dns: 'the DNS team',
  service: 'the owners of the services',
  vm: 'the owner of this VM',
  platform: 'Azure support or the subscription’s owner',
};

/** @returns problem, fix and every endpoint of each finding; null when this owner has nothing to do */
export function textForOwner(report: Report, owner: Owner): string | null {
  const findings = report.findings.filter((one) => one.owner === owner && one.severity !== 'info');
  if (findings.length === 0) return null;
  return [
    `${capitalize(TEAMS[owner])}: ${count(findings.length, 'item')} for Azure API Management`,
    placeOf(report),
    ...findings.flatMap((finding, index) => ['', ...findingLines(finding, index + 1, report.targets)]),
  ].join('\n');
}

function placeOf({ environment, startedAt, agent, id }: Report): string {
  const { vm, network, region } = environment;
  const place = [
    network.subnet === null ? null : `subnet ${network.subnet}`,
    region,
    vm === null ? null : `VM ${cutText(vm.name)}`,
  ].filter((part) => part !== null);
  return `Seen from ${place.length === 0 ? 'this VM' : place.join(', ')}, ${formatInstant(startedAt)}, apim-probe ${agent.version}, report ${id}`;
}

function findingLines(finding: Finding, number: number, targets: readonly Target[]): string[] {
  const ids = new Set(finding.evidence);
  const explained = targets.filter(({ id }) => ids.has(id));
  return [
    `${number}. ${cutText(finding.title)}`,
    cutText(finding.explanation, LONGEST_PARAGRAPH),
    ...(finding.remedy.length === 0
      ? []
      : ['Fix:', ...finding.remedy.map((step) => `- ${cutText(step, LONGEST_PARAGRAPH)}`)]),
    ...(explained.length === 0 ? [] : [`Endpoints (${explained.length}):`, ...explained.map(endpointLine)]),
    ...(finding.confirm === '' ? [] : [`Confirm with: ${finding.confirm}`]),
  ];
}

/** `- host:443, https, service tag Storage, required, 20.60.1.4`. */
function endpointLine(target: Target): string {
  const { protocol, serviceTag, required, addresses } = target;
  const parts = [
    formatEndpoint(target),
    protocol,
    serviceTag === null ? null : `service tag ${serviceTag}`,
    required ? 'required' : 'optional',
    ...addresses.map(({ address }) => address),
  ];
  return `- ${parts.filter((part) => part !== null).join(', ')}`;
}

/** The combinations of the service's status and the VM's status, and their meanings. */
import { few } from '../common/wording.ts';
import type { Finding, Report } from '../model/report.ts';
import type { Combination, Meaning, ServiceEndpoint } from './types.ts';

/** Combines an entry's status with a target's status. */
export function combine(service: string, vm: string): Combination {
  if (service === 'initializing') return 'initializing';
  if (service !== 'success' && service !== 'failure') return 'unknown-status';
  switch (vm) {
    case 'reachable':
      return service === 'success' ? 'both-reach' : 'service-fails';
    case 'unreachable':
      return service === 'success' ? 'vm-fails' : 'both-fail';
    case 'intermittent':
      return 'vm-unsteady';
    default:
      return 'not-tested';
  }
}

/** Whether only one side reaches the endpoint. */
export function isDisagreement(combination: Combination): boolean {
  return combination === 'service-fails' || combination === 'vm-fails';
}

export interface Circumstances {
  readonly members: readonly ServiceEndpoint[];
  readonly serversDiffer: boolean;
  readonly report: Report;
}

/** A meaning and its rank in the output; the most important comes last. */
interface Ranked extends Meaning {
  readonly rank: number;
}

const FROM = 'Give the run the reply itself: apim-probe --from FILE.';
const SHOWN_NAMES = 3;
const SHOWN_CAUSES = 4;

export function meaningOf(combination: Combination, circumstances: Circumstances): Ranked {
  switch (combination) {
    case 'both-reach':
      return { rank: 0, means: 'The service and this VM both reach them.', next: [] };
    case 'not-comparable':
      return {
        rank: 1,
        means:
          'Terms for parts of the instance, or patterns: a VM cannot test them, because they name no host.',
        next: [],
      };
    case 'not-tested':
      return {
        rank: 2,
        means: `The report lists them and the run did not test them${describeReasons(circumstances)}: only the service’s status is known.`,
        next: [],
      };
    case 'only-service':
      return {
        rank: 3,
        means: 'The service checks them, but they were not in the plan of the run.',
        next: [FROM],
      };
    case 'initializing':
      return {
        rank: 4,
        means: 'The service has not finished its first check.',
        next: ['Save the reply again in 15 minutes.'],
      };
    case 'unknown-status':
      return {
        rank: 5,
        means: 'The service reports a status that this version does not know.',
        next: [],
      };
    case 'vm-unsteady':
      return {
        rank: 6,
        means:
          'This VM reached them some of the time. The service checks once in 15 minutes: its check can miss such a loss, or fail because of it.',
        next: ['Probe again with --attempts 10; a loss that stays concerns the instance too.'],
      };
    case 'both-fail':
      return { rank: 7, ...bothFail(circumstances) };
    case 'vm-fails':
      return { rank: 8, ...vmFails(circumstances) };
    case 'service-fails':
      return { rank: 9, ...serviceFails(circumstances) };
  }
}

function describeReasons({ members }: Circumstances): string {
  const distinct = [...new Set(members.flatMap(({ vm }) => vm?.reason ?? []))];
  return distinct.length === 0 ? '' : ` (${few(distinct, SHOWN_NAMES)})`;
}

/** The report's findings on the members' causes, the most frequent cause first. */
function findingsOn({ members, report }: Circumstances): Finding[] {
  const ids = new Set(members.flatMap(({ vm }) => vm?.id ?? []));
  const causes = Map.groupBy(members, ({ vm }) => vm?.cause ?? '');
  return [...causes]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .flatMap(([cause]) => {
      const findings = report.findings.filter((finding) => finding.cause === cause);
      return findings.find(({ evidence }) => evidence.some((id) => ids.has(id))) ?? findings.slice(0, 1);
    })
    .slice(0, SHOWN_CAUSES);
}

function bothFail(circumstances: Circumstances): Meaning {
  const findings = findingsOn(circumstances);
  return {
    means:
      findings.length === 0
        ? 'Both fail: what stops this VM most likely stops the instance too.'
        : `Both fail: what the run found most likely holds for the instance too. ${describeFindings(findings)}`,
    next: [...new Set(findings.flatMap(({ remedy }) => remedy))],
  };
}

function describeFindings(findings: readonly Finding[]): string {
  return findings.map(({ title, cause }) => `${title} (${cause}).`).join(' ');
}

function vmFails({ members, serversDiffer, report }: Circumstances): Meaning {
  const { hostsFile } = report.environment.dns;
  const overridden = new Set(hostsFile.overrides.map(({ host }) => host.toLowerCase()));
  const decided = report.targets.filter(({ host }) => overridden.has(host.toLowerCase()));
  const ids = new Set(decided.map(({ id }) => id));
  const concerned = members.flatMap(({ vm }) => (vm !== null && ids.has(vm.id) ? vm.id : []));
  const findings = findingsOn({ members, serversDiffer, report });
  return {
    means: `This VM fails where the service succeeds: the obstacle is most likely on the VM itself, or a rule for the VM only.${findings.length === 0 ? '' : ` The run found: ${describeFindings(findings)}`}`,
    next: [
      ...(concerned.length === 0
        ? []
        : [`Remove the entries for ${concerned.join(', ')} from the VM’s hosts file (${hostsFile.path}).`]),
      ...(serversDiffer ? ['Let this VM ask the DNS servers that the instance asks, and probe again.'] : []),
      'Check the VM’s own firewall, and the network security group on its network interface.',
      'If the VM is not in the instance’s own subnet, compare the security groups and the route tables of the two subnets.',
    ],
  };
}

function serviceFails({ members, serversDiffer }: Circumstances): Meaning {
  const stale = members.some(({ service }) => service.stale);
  return {
    means:
      'The service fails where this VM succeeds: the path from this VM is open, so what differs is the instance’s own. It may use other DNS servers or other rules, the resource may refuse it, or its status may be old.',
    next: [
      ...(serversDiffer
        ? [
            'Bring the instance’s DNS servers up to date with Apply Network Configuration: az apim apply-network-updates --name NAME --resource-group GROUP.',
          ]
        : []),
      `Save the reply again and compare once more: a fix within the last 15 minutes does not show yet${stale ? ', and some of these were not checked for longer' : ''}.`,
      'If the VM is not in the instance’s own subnet, compare the security groups and the route tables of the two subnets.',
      'Check the network rules of the resource itself: they must admit the instance’s subnet, by service endpoint or private endpoint, or the instance’s public address, which is not the VM’s.',
    ],
  };
}

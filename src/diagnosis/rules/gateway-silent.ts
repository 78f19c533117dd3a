import type { Failure } from '../../../probes/failures.ts';
import { isInside } from '../../common/cidr.ts';
import type { Attempt, Finding, Observations, Target } from '../../model/report.ts';
import { connected } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { isOwn } from '../instance.ts';
import { nameable, type Rule, type Scene } from '../rule.ts';
import { count, list, listEndpoints } from '../text.ts';

/** No other machine of the subnet stands between, so these are the load balancer's or the instance's. */
const NOT_TAKEN: readonly (Failure | null)[] = ['tcp_timeout', 'tcp_refused', 'tcp_reset'];

/** “Virtual network configuration reference: API Management”. */
const MANAGEMENT_PORT = 3443;

interface Silent {
  readonly target: Target;
  readonly failure: Failure | null;
}

/**
 * An address of the instance in this VM's own subnet that accepts no connections. Neither a peering nor a firewall is
 * between them: the inbound rules of the subnet and the load balancer decide.
 */
export const gatewaySilent: Rule = (scene) => {
  const { observations, targets, isOpen, atVip } = scene;
  if (!targets.some((target) => target.group !== 'dns' && target.attempts.some(connected))) return [];
  const own = targets.filter(isOwn);
  const tries = (target: Target): readonly Attempt[] => [...target.attempts, ...(atVip.get(target.id) ?? [])];
  const addresses = new Set(own.flatMap((target) => tries(target).map(({ address }) => address)));
  return [...addresses].sort().flatMap((address): Finding[] => {
    if (!isInOwnSubnet(address, observations)) return [];
    const here = own.map((target) => ({
      target,
      made: tries(target).filter((one) => one.address === address),
    }));
    const silent = here.flatMap(({ target, made }): Silent[] => {
      const isClaimed = isOpen(target) || atVip.has(target.id);
      const isSilent = made.length > 0 && made.every(({ failure }) => NOT_TAKEN.includes(failure));
      return isClaimed && isSilent ? [{ target, failure: made.at(-1)?.failure ?? null }] : [];
    });
    if (silent.length === 0) return [];
    const taken = here.filter(({ made }) => made.some(connected)).map(({ target }) => target);
    return [silentFinding(scene, address, silent, taken)];
  });
};

/** Whether an interface of this VM is in the same network; false for an address of the VM itself. */
function isInOwnSubnet(address: string, { environment }: Observations): boolean {
  return environment.network.interfaces.some(
    (one) => one.address !== address && isInside(address, `${one.address}/${one.prefixLength}`),
  );
}

function silentFinding(
  scene: Scene,
  address: string,
  silent: readonly Silent[],
  taken: readonly Target[],
): Finding {
  const hit = silent.map(({ target }) => target);
  const ports = [...new Set(hit.map(({ port }) => port))].sort((a, b) => a - b);
  const isManagement = ports.every((port) => port === MANAGEMENT_PORT);
  const isRefused = silent.some(({ failure }) => failure !== 'tcp_timeout');
  const places = list(
    silent.map(({ target, failure }) => `${target.host}:${target.port} (${failure})`),
    5,
  );
  return createFinding('gateway-not-serving', {
    severity: !isManagement && hit.some(({ required }) => required) ? 'error' : 'warning',
    owner: isRefused ? 'service' : 'network',
    title:
      `${address} ${isRefused ? 'refuses' : 'does not answer'} ` +
      `${taken.length === 0 && !isManagement ? 'connections to the instance' : `connections to port ${list(ports.map(String))} of the instance`}`,
    explanation: [
      `At ${address}, in the subnet of this VM, no connection was accepted for ${places}.`,
      taken.length === 0
        ? `No port of the instance answers there, while ${count(othersOf(scene), 'other endpoint')} accepted connections.`
        : `${listEndpoints(taken, 3)} ${taken.length === 1 ? 'accepts' : 'accept'} connections at the same address.`,
      ...(isManagement ? [MANAGEMENT] : []),
    ].join(' '),
    targets: nameable(scene, hit),
    remedy: isManagement ? MANAGEMENT_STEPS : silentSteps(ports, taken.length === 0),
    confirm: rerunCommand(scene.observations, hit),
  });
}

function othersOf({ targets }: Scene): number {
  return targets.filter(
    (target) => target.group !== 'dns' && !isOwn(target) && target.attempts.some(connected),
  ).length;
}

const MANAGEMENT =
  'Port 3443 is for the control plane, whose source is the service tag ApiManagement: this VM is not that source, so a ' +
  'rule that admits that tag alone is enough and looks like this.';
const MANAGEMENT_STEPS = [
  'NSG of the instance’s subnet: see that an inbound rule allows TCP 3443 from service tag ApiManagement to ' +
    'VirtualNetwork. If it does, nothing has to be changed.',
  'Network status page (or the NetworkStatus API, with “apim-probe compare”): the instance checks this port by itself.',
];

function silentSteps(ports: readonly number[], isWhole: boolean): readonly string[] {
  // The instance needs 3443 from the control plane alone.
  const shown = list(ports.filter((port) => port !== MANAGEMENT_PORT).map(String));
  return [
    `NSG of the instance’s subnet, inbound: allow TCP ${shown} from VirtualNetwork to VirtualNetwork, with a lower priority ` +
      'number than any rule that denies it. Rules also apply between machines of the same subnet.',
    'NSG, inbound: allow TCP 6390 from service tag AzureLoadBalancer. Without it the load balancer considers ' +
      'the instance unhealthy and forwards no connection to it.',
    ...CAUSE_TEXTS['gateway-not-serving'].remedy.filter((_, index) => isWhole || index === 1),
  ];
}

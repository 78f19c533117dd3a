import type { PreflightCheck } from '../../model/azure-documents.ts';
import type { Observations } from '../../model/report.ts';
import { documentFlags } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** These say where to test from, and nothing of the instance. */
const OF_THE_TEST: readonly string[] = ['default-outbound', 'twin-subnet'];

/** A prerequisite that Azure's documents show as not met. Security rules have a cause of their own. */
export const prerequisiteMissing: Rule = ({ observations }) =>
  (observations.preflight ?? [])
    .filter(({ outcome, rule }) => outcome === 'not-met' && rule === null)
    .filter(({ check }) => !OF_THE_TEST.includes(check) && !isOtherCause(check, observations))
    .map((each) =>
      createFinding('prerequisite-missing', {
        severity: each.required ? 'error' : 'warning',
        title: `Not met: ${lowerFirst(each.title)}`,
        explanation: `${each.evidence}.`,
        targets: [],
        remedy: [remedyFor(each)],
        confirm: `apim-probe preflight${documentFlags(observations)}`,
      }),
    );

/** The size of the subnet is a cause of its own where its prefix is known. */
function isOtherCause(check: string, { environment }: Observations): boolean {
  const capacity = environment.network.subnetCapacity;
  return check === 'subnet-size' && capacity !== null && capacity.needed > capacity.usable;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}

const REMEDIES: Readonly<Record<string, string>> = {
  'subnet-delegation':
    'Change the delegation of the subnet, or take another subnet: one that is in use cannot be delegated otherwise.',
  'subnet-size': 'Remove what else is in the subnet, or take a larger one.',
  'subnet-links':
    'Remove the other service from the subnet, or take another subnet. A link may stay for hours after its service is gone.',
  'nsg-attached': 'Attach a network security group with the rules of API Management to the subnet.',
  'vnet-region': 'Take a virtual network in the region of the instance.',
  'service-endpoints':
    'Add the service endpoints to the subnet: az network vnet subnet update --ids SUBNET_ID --service-endpoints Microsoft.Sql ' +
    'Microsoft.Storage Microsoft.EventHub Microsoft.KeyVault. Or have the appliance let these services through.',
  'scope-locks': 'Remove the lock for the time of the deployment.',
  'public-ip':
    'Create a static IPv4 address of the SKU Standard with a DNS label, in the same region and subscription.',
  'vnet-dns':
    'Apply the network configuration of the instance again, or restart the VM, so that it takes the new servers.',
  'route-management':
    'Route table of the subnet: add a route for the service tag ApiManagement with the next hop Internet.',
  'route-activation':
    'Route table of the subnet: add a route for each address of the activation servers with the next hop Internet.',
  'private-zones': 'Link the zone to the virtual network: az network private-dns link vnet create.',
  'custom-domains': 'Renew the certificate, in the key vault or in the custom domain of the instance.',
};

function remedyFor({ check }: PreflightCheck): string {
  return `${REMEDIES[check] ?? 'Correct the setting.'} Then save the document again.`;
}

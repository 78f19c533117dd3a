import { INTERNAL_MODE, SECURITY_GROUPS, TRAFFIC_ROUTING } from './documents.ts';
import type { CauseText } from './type.ts';

/** Causes that Azure's own documents show (`--from`). */
export const AZURE_CAUSES = {
  'prerequisite-missing': {
    title: 'A prerequisite of the deployment is not met',
    explanation:
      'Microsoft’s article on deploying API Management to a virtual network lists what the subnet, its network ' +
      'security group, the public IP address and DNS must have before the deployment. One of them is not met, and the ' +
      'deployment fails or the instance does not work, whatever the network lets through.',
    recognisedBy: 'One of the documents given with --from. “apim-probe preflight” lists every prerequisite.',
    owner: 'platform',
    remedy: [
      'Correct the setting that the finding names, save the document again, and run “apim-probe preflight”.',
    ],
    reference: INTERNAL_MODE,
  },
  'rule-denies': {
    title: 'A security rule denies what API Management needs',
    explanation:
      'The rules of the network interface and of the subnet were evaluated as Azure does: lowest priority number ' +
      'first, the first match decides, and each network security group has to allow the traffic.',
    recognisedBy:
      'The effective security rules, a network security group or the rules of Azure Firewall given with --from. For ' +
      'a target that was not reached, the rule replaces the cause outbound-dropped. On inbound traffic, which no VM ' +
      'can send, it stands alone.',
    owner: 'network',
    remedy: [
      'Add a rule with a lower priority number that allows this traffic, to the network security group or policy that ' +
        'the finding names.',
    ],
    reference: SECURITY_GROUPS,
  },
  'route-misdirects': {
    title: 'A route sends what API Management needs to the wrong next hop',
    explanation:
      'The route was chosen as Azure does: the longest prefix among the active routes, then routes of users, BGP and ' +
      'the system in this order. Its next hop drops the traffic, or hands it to a device that does not deliver it.',
    recognisedBy:
      'The effective routes or a route table given with --from, for a target that was not reached and that the ' +
      'security rules allow.',
    owner: 'network',
    remedy: [
      'Correct the route that the finding names, or let the device at its next hop deliver this traffic.',
    ],
    reference: TRAFFIC_ROUTING,
  },
  'rules-disagree': {
    title: 'Azure’s rules and the observation contradict each other',
    explanation:
      'A document says that this traffic is denied, and it passed. The document may be of another network ' +
      'interface, older than a change, or of a resource that this traffic does not pass.',
    recognisedBy: 'A target that answered although the rules or routes given with --from deny it.',
    owner: 'platform',
    remedy: ['Save the document again, of the network interface of this VM, and run again.'],
    reference: SECURITY_GROUPS,
  },
} as const satisfies Record<string, CauseText>;

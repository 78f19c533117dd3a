/** Whether a document shows this VM's network as it is now. Pure. */
import { isInside } from '../../common/cidr.ts';
import { resourceGroupIn, subscriptionIn } from './resource.ts';
import type { ResourceDocument, ResourceId } from './types.ts';

/** What is known of the VM that runs the probes. */
export interface ThisVm {
  readonly subscriptionId: string | null;
  readonly resourceGroup: string | null;
  /** Of its network interfaces. */
  readonly addresses: readonly string[];
}

interface Context {
  readonly vm: ThisVm;
  /** ms since the epoch */
  readonly now: number;
  readonly all: readonly { readonly document: ResourceDocument }[];
}

const DAY_MS = 24 * 3600 * 1000;
const SHOWN_ADDRESSES = 3;

/**
 * Why the document yields warnings only: sentences; null when it counts fully.
 * @param savedAt ms since the epoch
 */
export function describeDoubt(
  document: ResourceDocument & { readonly incomplete?: boolean },
  savedAt: number,
  context: Context,
): string | null {
  const doubts = [
    document.incomplete === true
      ? 'Its reply has further pages (nextLink), which are not in the file.'
      : null,
    ageDoubt(savedAt, context.now),
    subscriptionDoubt(document, context.vm),
    interfaceDoubt(document, context),
  ].filter((doubt) => doubt !== null);
  return doubts.length === 0 ? null : doubts.join(' ');
}

/** Whether a file was saved more than a day before. */
export function isOld(savedAt: number, now: number): boolean {
  return now - savedAt > DAY_MS;
}

function ageDoubt(savedAt: number, now: number): string | null {
  if (!isOld(savedAt, now)) return null;
  return `It was saved more than a day before this run, at ${new Date(savedAt).toISOString()}; save it again.`;
}

/** A VM and its network are in one subscription, and so is an API Management service in that network. */
function subscriptionDoubt(document: ResourceDocument, { subscriptionId }: ThisVm): string | null {
  if (subscriptionId === null) return null;
  // Others may have hidden the id before they passed the file on.
  const found = idsOf(document)
    .map(subscriptionIn)
    .find((id) => id !== null && GUID.test(id) && id !== subscriptionId.toLowerCase());
  return found === undefined
    ? null
    : `It is of the subscription ${found}, and this VM is in ${subscriptionId}.`;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The ids that must be in the VM's subscription. Zones and firewalls are often in another one. */
function idsOf(document: ResourceDocument): readonly ResourceId[] {
  switch (document.kind) {
    case 'effective-nsg':
      return document.groups.flatMap(({ attachedTo }) => attachedTo);
    case 'effective-routes':
    case 'private-dns-links':
    case 'private-dns-records':
    case 'firewall-rules':
    case 'locks':
      return [];
    default:
      return document.id === null ? [] : [document.id];
  }
}

/** Whether the document is of a network interface that this VM does not have. */
function interfaceDoubt(document: ResourceDocument, { vm, all }: Context): string | null {
  if (vm.addresses.length === 0) return null;
  switch (document.kind) {
    case 'nic': {
      const { privateAddresses } = document;
      if (privateAddresses.length === 0 || privateAddresses.some((one) => vm.addresses.includes(one)))
        return null;
      return `It is of a network interface with ${list(privateAddresses)}, and this VM has ${list(vm.addresses)}.`;
    }
    case 'effective-routes':
      return networkDoubt(
        document.routes
          .filter(({ nextHopType }) => nextHopType.toLowerCase() === 'vnetlocal')
          .flatMap(({ prefixes }) => prefixes.map(({ cidr }) => cidr)),
        vm,
      );
    case 'effective-nsg': {
      const nics = document.groups
        .flatMap(({ attachedTo }) => attachedTo)
        .filter((id) => /\/networkInterfaces\//i.test(id));
      return anotherNicDoubt(nics, vm, all) ?? networkDoubt(virtualNetworkIn(document), vm);
    }
    default:
      return null;
  }
}

/** The addresses that the tag VirtualNetwork stands for there. */
function virtualNetworkIn({ groups }: Extract<ResourceDocument, { kind: 'effective-nsg' }>): string[] {
  const prefixes = groups
    .flatMap(({ rules }) => rules)
    .flatMap(({ source, destination }) => [...source.prefixes, ...destination.prefixes]);
  return [
    ...new Set(prefixes.filter(({ tag }) => tag?.toLowerCase() === 'virtualnetwork').map(({ cidr }) => cidr)),
  ];
}

function networkDoubt(cidrs: readonly string[], { addresses }: ThisVm): string | null {
  if (cidrs.length === 0 || addresses.some((one) => cidrs.some((cidr) => isInside(one, cidr)))) return null;
  return `It is of a network interface in another virtual network (${list(cidrs)}): this VM has ${list(addresses)}.`;
}

/** The network interfaces of this VM are known when a document of one was given. */
function anotherNicDoubt(nics: readonly ResourceId[], vm: ThisVm, all: Context['all']): string | null {
  const [nic] = nics;
  if (nic === undefined) return null;
  const own = all
    .map(({ document }) => document)
    .filter((one) => one.kind === 'nic')
    .filter(({ privateAddresses }) => privateAddresses.some((address) => vm.addresses.includes(address)))
    .flatMap(({ id }) => (id === null ? [] : [id.toLowerCase()]));
  const isOwn = nics.some((id) => own.includes(id.toLowerCase()));
  const name = nic.split('/').at(-1);
  if (own.length > 0 && !isOwn) return `It is of the network interface ${name}, which is not of this VM.`;
  const group = resourceGroupIn(nic);
  const isElsewhere =
    group !== null && vm.resourceGroup !== null && group.toLowerCase() !== vm.resourceGroup.toLowerCase();
  return isElsewhere && !isOwn
    ? `It is of the network interface ${name} in the resource group ${group}, and this VM is in ${vm.resourceGroup}; give az network nic show of it as well, if it is of this VM.`
    : null;
}

function list(values: readonly string[]): string {
  const more = values.length - SHOWN_ADDRESSES;
  return `${values.slice(0, SHOWN_ADDRESSES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

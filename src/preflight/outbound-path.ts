/** The prerequisites of the outbound path: forced tunnelling, and the default outbound access of this VM. Pure. */

import { byId, type Found, nameOf, ofKind, sameId, subnetsOf } from '../azure/documents/find.ts';
import { idOption, saveCommand } from '../azure/documents/save-command.ts';
import type { RouteTable, Subnet } from '../azure/documents/types.ts';
import { isInside } from '../common/cidr.ts';
import { few } from '../common/wording.ts';
import { subnetOfVm } from '../effective/selected.ts';
import { saveSubnet } from './subnet.ts';
import type { Judged, Known, Prerequisite } from './types.ts';

const SHOWN = 4;

/** The services whose traffic has to leave a subnet with forced tunnelling by service endpoints. */
const ENDPOINTS = ['Microsoft.Sql', 'Microsoft.Storage', 'Microsoft.EventHub', 'Microsoft.KeyVault'];

export const serviceEndpoints: Prerequisite = {
  check: 'service-endpoints',
  title: 'With forced tunnelling: service endpoints for Sql, Storage, EventHub and KeyVault',
  required: true,
  judge: (known) => {
    const tunnel = findTunnel(known);
    const { subnet } = known;
    if (tunnel === null) return null;
    if (tunnel.nextHop === null)
      return {
        outcome: 'met',
        evidence: 'no default route leads to an appliance or gateway',
        from: tunnel.from,
      };
    if (subnet === null) return null;
    const has = subnet.document.serviceEndpoints.map((name) => name.toLowerCase());
    const missing = ENDPOINTS.filter((name) => !has.includes(name.toLowerCase()));
    const seen = `0.0.0.0/0 leads to ${tunnel.nextHop}`;
    const from = [...tunnel.from, subnet.given];
    return missing.length === 0
      ? { outcome: 'met', evidence: `${seen}, and ${nameOf(subnet.document)} has all four`, from }
      : {
          outcome: 'not-met',
          // The device may let these services through; then the run shows it.
          required: false,
          evidence: `${seen}, and ${nameOf(subnet.document)} has none for ${few(missing, SHOWN)}`,
          from,
        };
  },
  command: (known) =>
    known.subnet === null
      ? saveSubnet(known)
      : known.subnet.document.routeTable === null
        ? saveCommand('effective-routes')
        : saveCommand('route-table', idOption(known.subnet.document.routeTable, 'ROUTE_TABLE_ID')),
};

interface Tunnel {
  /** Type and address of the next hop of the default route; null when it is the Internet's own. */
  readonly nextHop: string | null;
  readonly from: Judged['from'];
}

/** The default route, by the effective routes, or by the subnet's route table; null when neither is known. */
function findTunnel({ given, subnet }: Pick<Known, 'given' | 'subnet'>): Tunnel | null {
  const ofVm = subnetOfVm(given);
  const isOfVm = subnet === null || ofVm === null || sameId(subnet.document.id, ofVm);
  const effective = isOfVm ? ofKind(given, 'effective-routes')[0] : undefined;
  const table =
    subnet === null ? null : byId<RouteTable>(ofKind(given, 'route-table'), subnet.document.routeTable);
  const found = effective ?? table;
  if (found === undefined || found === null) {
    // Without a route table, BGP could still announce a default route; only effective routes show that.
    return null;
  }
  const route = found.document.routes.find(
    ({ isActive, prefixes, nextHopType }) =>
      isActive &&
      prefixes.some(({ cidr }) => cidr === '0.0.0.0/0') &&
      /^Virtual(?:Appliance|NetworkGateway)$/i.test(nextHopType),
  );
  const address = route?.nextHopAddresses[0];
  return {
    nextHop: route === undefined ? null : `${route.nextHopType}${address === undefined ? '' : ` ${address}`}`,
    from: [found.given],
  };
}

export const defaultOutbound: Prerequisite = {
  check: 'default-outbound',
  title: 'This VM has an outbound path as the instance will have',
  required: false,
  judge: ({ given, subnet: ofInstance, intent: { own = [] } }) => {
    const ofVm = subnetOfVm(given, own);
    const subnet = ofVm === null ? subnetWith(given, own, ofInstance) : byId(subnetsOf(given), ofVm);
    if (subnet === null) return null;
    const { defaultOutboundAccess, natGateway } = subnet.document;
    const tunnel = findTunnel({ given, subnet });
    const from = [subnet.given, ...(tunnel?.from ?? [])];
    const name = nameOf(subnet.document);
    if (natGateway !== null) return { outcome: 'met', evidence: `${name} has a NAT gateway`, from };
    if (tunnel?.nextHop) return { outcome: 'met', evidence: `0.0.0.0/0 leads to ${tunnel.nextHop}`, from };
    if (defaultOutboundAccess !== false)
      return { outcome: 'met', evidence: `${name} has default outbound access`, from };
    return {
      outcome: 'not-met',
      evidence:
        `${name} is a private subnet without a NAT gateway: a VM without a public address reaches nothing public from it. ` +
        'The instance has its own public address, so a failed test proves nothing about it',
      from,
    };
  },
  command: saveSubnet,
};

/** The subnet that has this machine's addresses, where they are known. */
function subnetWith(
  given: Known['given'],
  own: readonly string[],
  otherwise: Found<Subnet> | null,
): Found<Subnet> | null {
  if (own.length === 0) return otherwise;
  const hasOwn = ({ document }: Found<Subnet>): boolean =>
    document.prefixes.some((cidr) => own.some((address) => isInside(address, cidr)));
  return subnetsOf(given).find(hasOwn) ?? null;
}

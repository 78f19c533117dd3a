/** Where to test from for a tier whose own subnet takes no VM. Pure. */

import { nameOf, sameId, subnetsOf } from '../azure/documents/find.ts';
import type { Subnet } from '../azure/documents/types.ts';
import { few } from '../common/wording.ts';
import { saveVnet } from './subnet.ts';
import type { Prerequisite } from './types.ts';

const SHOWN = 3;

/** What two subnets have to share, so that a test in one says something about the other. */
const SHARED = [
  { name: 'network security group', of: ({ nsg }: Subnet) => nsg },
  { name: 'route table', of: ({ routeTable }: Subnet) => routeTable },
  { name: 'NAT gateway', of: ({ natGateway }: Subnet) => natGateway },
  {
    name: 'service endpoints',
    of: ({ serviceEndpoints }: Subnet) => [...serviceEndpoints].sort().join(',').toLowerCase() || null,
  },
] as const;

const NOT_SHOWN = 'It cannot show rules that name the subnet or its prefix';

export const TWIN_SUBNET: Prerequisite = {
  check: 'twin-subnet',
  title: 'Another subnet is like this one, for the VM to test from',
  required: false,
  judge: ({ given, subnet, vnet }) => {
    if (subnet === null || vnet === null) return null;
    const candidates = subnetsOf(given).filter(
      ({ document }) => document.delegations.length === 0 && !sameId(document.id, subnet.document.id),
    );
    const ranked = candidates
      .map(({ document }) => ({ name: nameOf(document), differs: differences(subnet.document, document) }))
      .sort((one, other) => one.differs.length - other.differs.length);
    const [best] = ranked;
    const from = [subnet.given, vnet.given];
    if (best === undefined)
      return {
        outcome: 'not-met',
        evidence: `${nameOf(vnet.document)} has no other subnet without a delegation`,
        from,
      };
    if (best.differs.length > 0)
      return {
        outcome: 'not-met',
        evidence: `${best.name} comes nearest and has another ${few(best.differs, SHOWN)}`,
        from,
      };
    const alike = ranked.filter(({ differs }) => differs.length === 0).map(({ name }) => name);
    return { outcome: 'met', evidence: `test from ${few(alike, SHOWN)}. ${NOT_SHOWN}`, from };
  },
  command: saveVnet,
};

function differences(one: Subnet, other: Subnet): string[] {
  return SHARED.filter(({ of }) => {
    const [here, there] = [of(one), of(other)];
    return !(here === null && there === null) && !sameId(here, there);
  }).map(({ name }) => name);
}

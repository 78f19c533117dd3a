/** The prerequisites of the instance's public IP address. Pure. */

import { nameOf, sameId } from '../azure/documents/find.ts';
import { subscriptionIn } from '../azure/documents/resource.ts';
import { idOption, saveCommand } from '../azure/documents/save-command.ts';
import type { PublicIp } from '../azure/documents/types.ts';
import { few } from '../common/wording.ts';
import type { Known, Prerequisite } from './types.ts';

const SHOWN = 6;

/**
 * Since 2025 the article says that an address "may" be given. An address that does not fit is refused, so a wrong one is
 * not met, and none is.
 */
export const PUBLIC_IP: Prerequisite = {
  check: 'public-ip',
  title: 'The public IP address is Standard, static, IPv4, with a DNS label, in region and subscription',
  required: false,
  judge: (known) => {
    const { publicIp, instance } = known;
    if (publicIp === null) {
      if (instance === null || instance.document.publicIp !== null) return null;
      return {
        outcome: 'met',
        evidence: `${nameOf(instance.document)} names none of its own; the newest article leaves it to Azure, earlier ones demand one`,
        from: [instance.given],
      };
    }
    const problems = problemsOf(publicIp.document, known);
    const name = `${nameOf(publicIp.document)}${publicIp.document.address === null ? '' : ` (${publicIp.document.address})`}`;
    return problems.length === 0
      ? {
          outcome: 'met',
          evidence:
            `${name}. A change of the mode or of the subnet takes another address than the current one` +
            (instance === null && isOfMicrosoft(publicIp.document)
              ? '; it is in use by a service in another subscription, as it is by the instance itself'
              : ''),
          from: [publicIp.given],
        }
      : {
          outcome: 'not-met',
          required: true,
          evidence: `${name} ${few(problems, SHOWN)}`,
          from: [publicIp.given],
        };
  },
  command: ({ instance }) =>
    saveCommand('public-ip', idOption(instance?.document.publicIp ?? null, 'PUBLIC_IP_ID')),
};

function problemsOf(address: PublicIp, { vnet, subnet, instance, intent }: Known): string[] {
  const problems: string[] = [];
  const { sku, allocation, version, dnsLabel, location, usedBy } = address;
  if (sku !== null && sku.toLowerCase() !== 'standard') problems.push(`is of the SKU ${sku}`);
  if (allocation === 'dynamic') problems.push('is dynamic');
  if (version === 6) problems.push('is an IPv6 address');
  if (dnsLabel === null) problems.push('has no DNS label');
  const region = instance?.document.location ?? vnet?.document.location ?? intent.region;
  if (location !== null && region !== null && location !== region)
    problems.push(`is in ${location}, and the instance in ${region}`);
  const network = vnet?.document.id ?? subnet?.document.id ?? null;
  const [own, other] = [subscriptionIn(address.id ?? ''), subscriptionIn(network ?? '')];
  if (own !== null && other !== null && own !== other)
    problems.push('is of another subscription than the network');
  const isOwn = sameId(instance?.document.publicIp ?? null, address.id) || isOfMicrosoft(address);
  if (usedBy !== null && !isOwn) problems.push(`is in use by ${usedBy.split('/').slice(-4).join('/')}`);
  return problems;
}

/** The load balancer of an instance is in a subscription of Microsoft's, so that its own use looks like this. */
function isOfMicrosoft({ id, usedBy }: PublicIp): boolean {
  const [own, user] = [subscriptionIn(id ?? ''), subscriptionIn(usedBy ?? '')];
  return own !== null && user !== null && own !== user;
}

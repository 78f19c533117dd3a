/** Names the device that made up a certificate, also when it copies the name of Azure's authority. Pure. */
import type { TlsFacts } from '../../probes/facts.ts';
import { isAzureOrganization } from './azure-issuer.ts';

export interface InspectingDevice {
  /** Its own authority: organisation, else the whole name; null when the chain holds only copied names. */
  readonly name: string | null;
  /** The issuer of the certificate, as the device wrote it. */
  readonly issuer: string;
  /** Whether that is a name of Azure's. */
  readonly copiesName: boolean;
}

/** @param tls of a chain that no public root and no key of Azure verifies; null without a certificate */
export function findDevice({ chain, root }: TlsFacts): InspectingDevice | null {
  const [leaf, ...above] = chain;
  if (leaf === undefined) return null;
  const names = [
    leaf.issuer,
    ...above.flatMap(({ subject, issuer }) => [subject, issuer]),
    ...(root === undefined ? [] : [root.subject]),
  ];
  const own = names.find((name) => name !== '' && !isNameOfAzure(name));
  return {
    name: own === undefined ? null : (organizationOf(own) ?? own),
    issuer: leaf.issuer === '' ? 'an unnamed issuer' : leaf.issuer,
    copiesName: isNameOfAzure(leaf.issuer),
  };
}

/** Names of the authorities themselves; a device may copy one without the organisation. */
const AZURE_CA_NAMES = /(?:^|, )CN=(?:Microsoft|DigiCert|GeoTrust) /i;

function isNameOfAzure(name: string): boolean {
  return isAzureOrganization(organizationOf(name)) || AZURE_CA_NAMES.test(name);
}

/** O of a name as the report holds it: attributes joined with ", ", punctuation after a backslash. */
function organizationOf(name: string): string | null {
  const value = /(?:^|, )O=((?:\\.|[^,\\])*)/.exec(name)?.[1];
  return value === undefined ? null : value.replace(/\\(.)/g, '$1');
}

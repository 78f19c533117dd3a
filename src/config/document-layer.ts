/** What Azure's documents say of the instance and its subnet, as options with the lowest precedence. */
import { isIPv4 } from 'node:net';
import { isOld } from '../azure/documents/doubt.ts';
import type { ApiManagement, Subnet } from '../azure/documents/types.ts';
import type { AzureDocument, ImportedFile } from '../azure/reading.ts';
import { isV2, type Tier } from '../model/tiers.ts';
import { formatCustomDomain } from './endpoints.ts';
import type { Layer } from './layers.ts';
import type { OptionKey } from './options.ts';

/** The name of a pricing tier in Azure (`sku.name`), in lower case. The others cannot be in a virtual network. */
const TIERS: Readonly<Record<string, Tier>> = {
  developer: 'developer',
  premium: 'premium',
  premiumv2: 'premium-v2',
  standardv2: 'standard-v2',
};

interface Found<Kind> {
  readonly file: string;
  readonly savedAt: number;
  readonly document: Kind;
}

interface DocumentLayer {
  readonly layer: Layer;
  readonly notes: readonly string[];
}

/**
 * Fills options from the documents.
 * @param apim the service that the user names; null when no other source names one
 * @param now ms since the epoch
 */
export function documentLayer(
  files: readonly ImportedFile[],
  apim: string | null,
  now: number,
): DocumentLayer {
  const layer = new Map<OptionKey, NonNullable<ReturnType<Layer['get']>>>();
  const notes: string[] = [];
  const set = (key: OptionKey, values: readonly unknown[], { file }: Pick<Found<unknown>, 'file'>): void => {
    const origin = `import ${file}`;
    if (values.length > 0)
      layer.set(key, { origin, folder: '/', values: values.map((value) => ({ value, origin })) });
  };
  const service = chooseService(newestOf(files, 'api-management'), apim, notes);
  if (service !== null) {
    const { document } = service;
    const isThere = hasGateway(service, notes);
    const tier = TIERS[document.sku?.toLowerCase() ?? ''];
    set('apim', isThere && document.name !== null ? [document.name] : [], service);
    set('tier', tier === undefined ? [] : [tier], service);
    set('units', document.units === null ? [] : [document.units], service);
    set('platform', platformOf(document, tier), service);
    set('location', document.furtherLocations.map(({ location }) => location).filter(Boolean), service);
    set('hostname', isThere ? document.customDomains.map(formatCustomDomain) : [], service);
    set('vip', isThere ? vipOf(service, now, notes) : [], service);
  }
  const subnet = chooseSubnet(files, service?.document ?? null);
  if (subnet !== null) set('subnet', subnet.document.prefixes.filter(isIPv4Prefix).slice(0, 1), subnet);
  return { layer, notes };
}

function isIPv4Prefix(cidr: string): boolean {
  return isIPv4(cidr.split('/')[0] ?? '');
}

type Of<Kind extends AzureDocument['kind']> = Extract<AzureDocument, { readonly kind: Kind }>;

/** The documents of one kind; of several of one resource the one that was saved last. */
function newestOf<Kind extends AzureDocument['kind']>(
  files: readonly ImportedFile[],
  kind: Kind,
): Found<Of<Kind>>[] {
  const isOfKind = (document: AzureDocument): document is Of<Kind> => document.kind === kind;
  const found = files.flatMap(({ file, savedAt, documents }) =>
    documents.filter(isOfKind).map((document) => ({ file, savedAt, document })),
  );
  const byId = new Map<unknown, (typeof found)[number]>();
  for (const one of found.toSorted((left, right) => left.savedAt - right.savedAt)) {
    const id = 'id' in one.document ? one.document.id?.toLowerCase() : null;
    byId.set(id ?? one, one);
  }
  return [...byId.values()];
}

function chooseService(
  services: readonly Found<ApiManagement>[],
  apim: string | null,
  notes: string[],
): Found<ApiManagement> | null {
  const nameOf = ({ document }: Found<ApiManagement>) => document.name?.toLowerCase();
  const [first] = apim === null ? services : services.filter((one) => nameOf(one) === apim);
  if (services.length > 1 && apim === null) {
    const names = services.map(({ document }) => document.name).join(', ');
    notes.push(
      `--from shows several API Management services (${names}): give --apim NAME to say which one is tested`,
    );
    return null;
  }
  if (first === undefined && services.length > 0) {
    const names = services.map(({ file, document }) => `${document.name} in ${file}`).join(', ');
    notes.push(
      `--from shows another API Management service than ${apim} (${names}): no option is taken from it`,
    );
  }
  return first ?? null;
}

/** Whether a gateway can be expected: one that is not there yet would count as unreachable. */
function hasGateway({ document, file }: Found<ApiManagement>, notes: string[]): boolean {
  const state = document.provisioningState;
  if (state === null || !/^(?:created|activating|failed|stopped|terminating|deleted)$/i.test(state))
    return true;
  notes.push(
    `--from ${file}: the service is in the state ${state}, so its gateway is not tested; give --apim ${document.name} to test it all the same`,
  );
  return false;
}

function platformOf({ platformVersion }: ApiManagement, tier: Tier | undefined): string[] {
  const platform = /^stv[12]/i.exec(platformVersion ?? '')?.[0].toLowerCase();
  return platform === undefined || (tier !== undefined && isV2(tier)) ? [] : [platform];
}

/** The address that the gateway's names should have: one for each location, which may have changed since. */
function vipOf({ document, file, savedAt }: Found<ApiManagement>, now: number, notes: string[]): string[] {
  const isInternal = document.networkType?.toLowerCase() === 'internal';
  const [address] = isInternal ? document.privateAddresses : document.publicAddresses;
  if (address === undefined) return [];
  if (document.furtherLocations.length > 0) {
    notes.push(
      `--from ${file}: the service has an address in each of its locations: give --vip ADDRESS to test for one`,
    );
    return [];
  }
  if (isOld(savedAt, now)) {
    notes.push(
      `--from ${file} was saved more than a day ago, so its address ${address} is not used: save it again, or give --vip ADDRESS`,
    );
    return [];
  }
  return [address];
}

/** The subnet of the service, or of the network interface, or the only one. */
function chooseSubnet(files: readonly ImportedFile[], service: ApiManagement | null): Found<Subnet> | null {
  const inside = newestOf(files, 'vnet').flatMap(({ document, ...from }) =>
    document.subnets.map((subnet) => ({ ...from, document: subnet })),
  );
  const own = newestOf(files, 'subnet');
  const all = [...own, ...inside].toSorted((left, right) => right.savedAt - left.savedAt);
  const byId = (id: string | null | undefined) =>
    id == null ? undefined : all.find(({ document }) => document.id?.toLowerCase() === id.toLowerCase());
  const [nic] = newestOf(files, 'nic');
  const only = own.length > 0 ? own : inside;
  return (
    byId(service?.subnet) ?? byId(nic?.document.subnet) ?? (only.length === 1 ? (only[0] ?? null) : null)
  );
}

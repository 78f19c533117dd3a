/** Names, addresses and ids of this network, from the fields of a report and of a bundle that hold them. */
import { isGroup } from '../../model/expect-private.ts';
import { isRuleOfAzure } from './own-fields.ts';

export interface Learner {
  /** A name without a dot: of a machine, or of a resource. */
  learnName(name: string): void;
  /** The same, as a peer gives it, which may be hostile. */
  learnFromPeer(name: string): void;
  /** A name with dots, of any form; anything else is ignored. */
  learnHost(name: string): void;
  /** The name of a file that the user gave. */
  learnFile(name: string): void;
  learnAddress(address: string): void;
  /** An id of a tenant, a subscription, an application. */
  learnId(id: string): void;
  /** A region of Azure, which stays readable wherever it stands. */
  learnRegion(name: string): void;
}

/** Passes every such field to the learner, however deep it lies. */
export function learnFrom(value: unknown, learner: Learner): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    // Their keys are the user's: one called region would keep a name of this network readable.
    if (key === 'labels') continue;
    // A file's key may be named like a property that every object has.
    if (Object.hasOwn(LEARN, key)) LEARN[key]?.(learner, item);
    if (IDS.test(key)) learnIds(learner, item);
    learnFrom(item, learner);
  }
}

const IDS = /(?:subscription|tenant|directory|application|client|principal|account)[_-]?ids?$/i;

function learnIds(learner: Learner, value: unknown): void {
  for (const id of [value].flat()) if (typeof id === 'string') learner.learnId(id);
}

/** A name, or those of a list. */
function learnNames(
  learner: Learner,
  value: unknown,
  single: 'learnName' | 'learnFromPeer' = 'learnName',
): void {
  for (const name of [value].flat()) {
    if (typeof name !== 'string') continue;
    if (name.includes('.')) learner.learnHost(name);
    else learner[single](name);
  }
}

/** A header's list of `1.1 gateway, 1.1 10.0.0.4:3128 (squid)` (RFC 9110, section 7.6.3), or an alias chain. */
function learnVia(learner: Learner, value: unknown): void {
  for (const one of [value].flat()) {
    if (typeof one !== 'string') continue;
    const hosts = [...one.matchAll(VIA)].flatMap(([, name = '']) => name);
    learnPeers(learner, /\s/.test(one) ? hosts : one);
  }
}

const VIA = /(?:^|,)\s*(?:[\w!#$%&'*+.^`|~-]+\/)?[\w.-]+\s+([^\s,:()]+)/g;

/** Names that a peer gives: of its certificate, or of proxies on the path. */
function learnPeers(learner: Learner, value: unknown): void {
  learnNames(learner, value, 'learnFromPeer');
}

/** Names of hosts in DNS, where one without a dot may be any word. */
function learnHosts(learner: Learner, value: unknown): void {
  for (const name of [value].flat()) if (typeof name === 'string') learner.learnHost(name);
}

/** The host of a URL, or of HOST, HOST:PORT and *.HOST as proxy variables have them. */
const LOCATION = /^\s*(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/@\s]*@)?\.?([^/:\s?#[\]]+)/i;

function learnLocations(learner: Learner, locations: readonly string[]): void {
  learnNames(
    learner,
    locations.flatMap((location) => LOCATION.exec(location)?.[1] ?? []),
  );
}

/** The common names of a subject (RFC 4514). */
function learnSubject(learner: Learner, subject: unknown): void {
  if (typeof subject !== 'string') return;
  for (const [, name = ''] of subject.matchAll(/(?:^|[,+]\s*)CN=([^,+]+)/g)) learner.learnHost(name.trim());
}

function learnAddresses(learner: Learner, value: unknown): void {
  for (const address of [value].flat()) if (typeof address === 'string') learner.learnAddress(address);
}

/** As the report has it, or as an effective option. */
function learnRegions(learner: Learner, value: unknown): void {
  const given: unknown =
    typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
  for (const name of [given].flat()) if (typeof name === 'string') learner.learnRegion(name);
}

/** The texts under a key of each object in a list, or of one object. */
function under(value: unknown, key: string): string[] {
  return [value].flat().flatMap((one: unknown) => {
    const text: unknown =
      typeof one === 'object' && one !== null
        ? Object.entries(one).find(([name]) => name === key)?.[1]
        : null;
    return typeof text === 'string' ? [text] : [];
  });
}

/** An effective option: its values are names of resources. */
function learnOption(learner: Learner, option: unknown): void {
  if (typeof option === 'object' && option !== null && 'value' in option) learnNames(learner, option.value);
}

/** An effective option: its values are URLs. */
function learnUrls(learner: Learner, option: unknown): void {
  if (typeof option !== 'object' || option === null || !('value' in option)) return;
  learnLocations(
    learner,
    [option.value].flat().filter((url) => typeof url === 'string'),
  );
}

/** An effective option: its values are HOST:PORT:ADDRESS:PORT. */
function learnRedirects(learner: Learner, option: unknown): void {
  if (typeof option !== 'object' || option === null || !('value' in option)) return;
  const redirects = [option.value].flat().filter((redirect) => typeof redirect === 'string');
  learnNames(
    learner,
    redirects.flatMap((redirect) => /^([^:[]+):/.exec(redirect)?.[1] ?? []),
  );
}

function learnFiles(learner: Learner, names: readonly string[]): void {
  for (const name of names) learner.learnFile(name);
}

/** The names of the resource, of those around it, and of its group; of a name, itself. */
function namesInId(id: string): string[] {
  if (!id.startsWith('/')) return [id];
  const [, group] = /\/resourceGroups\/([^/]+)/i.exec(id) ?? [];
  const [, path = ''] = /\/providers\/[^/]+\/(.*)$/i.exec(id) ?? [];
  return [...(group === undefined ? [] : [group]), ...path.split('/').filter((_, at) => at % 2 === 1)];
}

/** Fields of a report, and of what a bundle adds, that hold names and addresses of this network. */
const LEARN: Readonly<Record<string, ((learner: Learner, value: unknown) => void) | undefined>> = {
  vm: (learner, vm) =>
    learnNames(
      learner,
      ['name', 'hostName', 'resourceGroup'].flatMap((key) => under(vm, key)),
    ),
  targets: (learner, targets) => learnNames(learner, under(targets, 'host')),
  overrides: (learner, overrides) => learnNames(learner, under(overrides, 'host')),
  searchDomains: learnNames,
  machineName: learnNames,
  hostsFileEntries: (learner, entries) => learnNames(learner, under(entries, 'host')),
  proxies: (learner, proxies) =>
    learnLocations(
      learner,
      under(proxies, 'value').flatMap((value) => value.split(',')),
    ),
  interfaces: (learner, interfaces) => learnAddresses(learner, under(interfaces, 'address')),
  sourceAddress: learnAddresses,
  region: learnRegions,
  // The option alone: a reply may have a header of that name.
  location: (learner, value) => {
    if (typeof value === 'object' && value !== null && 'value' in value) learnRegions(learner, value);
  },
  vip: learnAddresses,
  names: learnPeers,
  via: learnVia,
  cname: learnHosts,
  authority: learnHosts,
  serverName: learnHosts,
  subject: learnSubject,
  caIssuers: (learner, urls) =>
    learnLocations(
      learner,
      [urls].flat().filter((url) => typeof url === 'string'),
    ),
  answers: (learner, answers) => learnHosts(learner, under(answers, 'name')),
  expectPrivate: (learner, option) => {
    if (typeof option !== 'object' || option === null || !('value' in option)) return;
    learnNames(
      learner,
      [option.value].flat().filter((value) => typeof value === 'string' && !isGroup(value)),
    );
  },
  connectTo: learnRedirects,
  target: learnUrls,
  upload: learnUrls,
  uploadIdentity: (learner, option) => learnIds(learner, under(option, 'value')),
  documents: (learner, documents) => {
    learnFiles(learner, under(documents, 'file'));
    learnNames(learner, under(documents, 'resource').flatMap(namesInId));
  },
  rule: (learner, rule) => {
    learnFiles(learner, under(rule, 'document'));
    learnNames(
      learner,
      [...under(rule, 'resource'), ...under(rule, 'rule')].filter((name) => !isRuleOfAzure(name)),
    );
  },
  route: (learner, route) => {
    learnFiles(learner, under(route, 'document'));
    learnNames(learner, under(route, 'name'));
  },
  ...Object.fromEntries(
    ['storage', 'sql', 'keyVault', 'eventHubs', 'redis', 'apim'].map((key) => [key, learnOption]),
  ),
};

/** What a report, and what a bundle adds to it, says of its own network in fields that are known to say it. */

export interface Learner {
  /** A name without a dot: of a machine, or of a resource. */
  learnName(name: string): void;
  learnAddress(address: string): void;
  /** A region of Azure: everybody's, wherever it stands. */
  learnRegion(name: string): void;
}

/** Tells the learner of every such field, however deep it lies. */
export function learnFrom(value: unknown, learner: Learner): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    // A file's keys may be called like anything that every object has.
    if (Object.hasOwn(LEARN, key)) LEARN[key]?.(learner, item);
    learnFrom(item, learner);
  }
}

/** A name without a dot, or those of a list. */
function learnNames(learner: Learner, value: unknown): void {
  for (const name of [value].flat()) {
    if (typeof name === 'string' && !name.includes('.')) learner.learnName(name);
  }
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

/** An effective option: its values without a dot are names of resources. */
function learnOption(learner: Learner, option: unknown): void {
  if (typeof option === 'object' && option !== null && 'value' in option) learnNames(learner, option.value);
}

/** Fields of a report, and of what a bundle adds, that hold names and addresses of this network. */
const LEARN: Readonly<Record<string, ((learner: Learner, value: unknown) => void) | undefined>> = {
  vm: (learner, vm) => learnNames(learner, under(vm, 'name')),
  targets: (learner, targets) => learnNames(learner, under(targets, 'host')),
  overrides: (learner, overrides) => learnNames(learner, under(overrides, 'host')),
  searchDomains: learnNames,
  machineName: learnNames,
  hostsFileEntries: (learner, entries) => learnNames(learner, under(entries, 'host')),
  proxies: (learner, proxies) =>
    learnNames(
      learner,
      under(proxies, 'value')
        .flatMap((value) => value.split(','))
        .flatMap((value) => /^\s*(?:\*\*\*@)?([\w-]+)(?::\d+)?\s*$/.exec(value)?.[1] ?? []),
    ),
  interfaces: (learner, interfaces) => learnAddresses(learner, under(interfaces, 'address')),
  sourceAddress: learnAddresses,
  region: learnRegions,
  // The option; a reply's header of that name is the peer's word.
  location: (learner, value) => {
    if (typeof value === 'object' && value !== null && 'value' in value) learnRegions(learner, value);
  },
  vip: learnAddresses,
  ...Object.fromEntries(
    ['storage', 'sql', 'keyVault', 'eventHubs', 'redis', 'apim'].map((key) => [key, learnOption]),
  ),
};

/** Finds the target of a report that an entry of NetworkStatus speaks of. Pure. */
import { endpointName, shownName } from '../azure/endpoint-name.ts';
import type { StatusEntry } from '../azure/network-status.ts';
import { resourceType } from '../azure/resource-types.ts';
import type { Target } from '../model/report.ts';

export interface Match {
  readonly target: Target | null;
  /** False for a word or a pattern, which no VM can test. */
  readonly testable: boolean;
}

/** The targets of one report, found by the names that Azure has for them. */
export class Targets {
  readonly #byName: ReadonlyMap<string, readonly Target[]>;
  readonly #byHost: ReadonlyMap<string, readonly Target[]>;

  constructor(targets: readonly Target[]) {
    // What has no name of Azure’s is found by host alone; an entry may well be called nothing.
    const named = targets.filter(({ source }) => (source.name ?? '') !== '');
    this.#byName = Map.groupBy(named, ({ source }) => source.name ?? '');
    this.#byHost = Map.groupBy(targets, ({ host }) => host.toLowerCase());
  }

  /**
   * By host and port, the resource type deciding between several.
   * @param prefers whether a target is the one to take, where the name leaves open which port is meant
   */
  find(entry: StatusEntry, prefers: (target: Target) => boolean): Match {
    const parsed = endpointName(entry.name);
    if (parsed.kind !== 'endpoint') {
      const target = this.#byName.get(shownName(entry.name))?.[0] ?? null;
      return { target, testable: parsed.kind === 'wrong' };
    }
    const there = this.#byHost.get(parsed.host) ?? [];
    const ofType = there.filter((target) => target.resourceType === entry.resourceType);
    if (parsed.port !== null) {
      const onPort = (target: Target) => target.port === parsed.port;
      return { target: ofType.find(onPort) ?? there.find(onPort) ?? null, testable: true };
    }
    // Azure gives Azure Files without a port, and the report may have both: no disagreement where one agrees.
    const usual = resourceType(entry.resourceType)?.port ?? 443;
    const likely = ofType.length > 0 ? ofType : there.filter(({ port }) => port === usual);
    const target =
      likely.find((each) => prefers(each)) ?? likely.find(({ port }) => port === usual) ?? likely[0] ?? null;
    return { target, testable: true };
  }
}

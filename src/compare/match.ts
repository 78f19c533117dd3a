/** Finds the target of a report for an entry of NetworkStatus. Pure. */
import { endpointName, shownName } from '../azure/endpoint-name.ts';
import type { StatusEntry } from '../azure/network-status.ts';
import { resourceType } from '../azure/resource-types.ts';
import type { Target } from '../model/report.ts';

export interface Match {
  readonly target: Target | null;
  /** False for a word or a pattern, which a VM cannot test. */
  readonly testable: boolean;
}

/** Finds the targets of one report by Azure's names for them. */
export class Targets {
  readonly #byName: ReadonlyMap<string, readonly Target[]>;
  readonly #byHost: ReadonlyMap<string, readonly Target[]>;

  constructor(targets: readonly Target[]) {
    // Targets without Azure's name are found by host only; an entry's name may be empty.
    const named = targets.filter(({ source }) => (source.name ?? '') !== '');
    this.#byName = Map.groupBy(named, ({ source }) => source.name ?? '');
    this.#byHost = Map.groupBy(targets, ({ host }) => host.toLowerCase());
  }

  /**
   * Finds a target by host and port; the resource type decides between several.
   * @param prefers whether to take this target if the name does not determine the port
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
    // Azure names Azure Files without a port, and the report may have two ports: one that agrees is enough.
    const usual = resourceType(entry.resourceType)?.port ?? 443;
    const likely = ofType.length > 0 ? ofType : there.filter(({ port }) => port === usual);
    const target =
      likely.find((each) => prefers(each)) ?? likely.find(({ port }) => port === usual) ?? likely[0] ?? null;
    return { target, testable: true };
  }
}

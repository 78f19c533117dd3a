import type { Cause, Verdict } from '../model/vocabulary.ts';
import type { ZoneData } from './zones.ts';

/** What a run against a scenario must conclude. */
export interface Expected {
  readonly verdict: Verdict;
  readonly exitCode: number;
  /** In the order in which the findings state them. */
  readonly causes: readonly Cause[];
}

/** Where a connection of the agent's ends up. */
export type RouteEnd =
  /** The genuine service on that port. */
  | { readonly kind: 'services' }
  /** Storage, genuine, with network rules that do not let this subnet in. */
  | { readonly kind: 'closed-storage' }
  /** Nothing comes back, as behind a rule that drops. */
  | { readonly kind: 'silence' }
  /** A reset. */
  | { readonly kind: 'refusal' }
  /** The handshake is completed and no byte ever comes back. */
  | { readonly kind: 'mute' }
  /** A device that opens TLS and shows certificates of its own making. */
  | { readonly kind: 'inspection' }
  /** A firewall that answers every SYN and passes on the names that it has a rule for. */
  | { readonly kind: 'middlebox'; readonly allows: readonly string[] };

/** What the network does with connections to a host and a port; null is any. */
export interface Route {
  readonly host: string | null;
  readonly port: number | null;
  readonly to: RouteEnd;
}

/** One named condition of the network, as its difference from the healthy one. */
export interface Scenario {
  readonly name: string;
  /** One sentence for the list of scenarios. */
  readonly summary: string;
  readonly expected: Expected;
  /** Tried before the routes of the healthy network, first match first. */
  readonly routes?: readonly Route[];
  /** Changes the DNS answers. */
  readonly dns?: (healthy: ZoneData) => ZoneData;
  /** The inspecting device's root is handed to the agent like one of the user's own. */
  readonly inspectionRootInCaFile?: boolean;
  /** Options of the run that differ: shorter time-outs where something never answers. */
  readonly options?: Readonly<Record<string, unknown>>;
}

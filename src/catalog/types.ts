import type { Conversation, Protocol, Transport } from '../../probes/protocols.ts';
import type { GatewayRole } from '../config/types.ts';
import type { Cloud, Group } from '../model/vocabulary.ts';

/** The document that a row comes from, and the date it bears. */
export interface Provenance {
  /** Public name of the document, as a reader can find it. */
  readonly document: string;
  /** ISO date of the version read. */
  readonly asOf: string;
}

/** What a `{…}` in a host template stands for; the plan fills it in. */
export const PLACEHOLDERS = [
  'storage',
  'sql',
  'keyVault',
  'eventHubs',
  'redis',
  'managedRedis',
  'apim',
  'region',
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/**
 * One dependency of API Management as the documents list it. `hosts` holds host names or templates: a
 * placeholder in braces is filled in by the plan, `*.` at the front marks a wildcard. A cloud for which the
 * documents give nothing is left out.
 */
export interface CatalogRow {
  readonly group: Group;
  /** The resource type that Azure's NetworkStatus uses for it. */
  readonly resourceType: string | null;
  /** Per cloud; an empty list means that the documents name no host (the row is a port rule only). */
  readonly hosts: Readonly<Partial<Record<Cloud, readonly string[]>>>;
  /**
   * What stands in the host's place when `hosts` is empty, in angle brackets (`<virtual-network-inbound>`).
   * Set exactly then; together with group and port it is unique within a cloud, as a host name is.
   */
  readonly peer?: string;
  readonly ports: readonly number[];
  readonly transport: Transport;
  readonly protocol: Protocol;
  /** The product-specific check, where there is one beyond the protocol. */
  readonly conversation?: Conversation;
  /** Required by Azure on this platform; `stv1` differs from `stv2` in a few rows. */
  readonly required: Readonly<Record<'stv2' | 'stv1', boolean>>;
  /** The tag of the far side in a network security group rule. */
  readonly serviceTag: string | null;
  /** Seen from the subnet of API Management. */
  readonly direction: 'outbound' | 'inbound';
  readonly purpose: string;
  /** Path and query to ask for, on every HTTP and HTTPS row that a test can reach. */
  readonly path?: string;
  /** Which of the instance's own endpoints this is: the role that `--hostname` takes. */
  readonly role?: GatewayRole;
  /** Set when each region of the instance has one of its own; other rows with a region mean that of the run. */
  readonly eachLocation?: true;
  readonly source: Provenance;
  /** The reason for an unusual row: a typing error of the documents, or a change between them. */
  readonly why?: string;
  /** Date of the first version read that lists it. */
  readonly since?: string;
  /** Date of the last version read that lists it; set when the documents have dropped it. */
  readonly until?: string;
  /** Why no test from inside the subnet can reach it; absent when one can. */
  readonly notTestable?: string;
}

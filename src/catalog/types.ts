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

/**
 * How it is known that a host publishes a file, the strongest first: a program of the host's owner downloads it there, a
 * certificate names the URL, a document of the host's owner does, or programs of third parties use it.
 */
type FileEvidence = 'downloaded' | 'certificate' | 'documented' | 'reported';

/** Where the path of a file comes from. */
interface FileProvenance extends Provenance {
  readonly evidence: FileEvidence;
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
  /** The document that asks for it in the v2 tiers too, which leave out everything else. */
  readonly v2?: Provenance;
  /** The tag of the far side in a network security group rule. */
  readonly serviceTag: string | null;
  /** Seen from the subnet of API Management. */
  readonly direction: 'outbound' | 'inbound';
  readonly purpose: string;
  /** Path and query to ask for, on every HTTP and HTTPS row that a test can reach. */
  readonly path?: string;
  /** How it is known that a file is at `path`; set exactly where the file proves the host. */
  readonly file?: FileProvenance;
  /** The host that serves the same and is asked first; what holds for this one does not hold for its group. */
  readonly alternativeTo?: string;
  /** Which of the instance's own endpoints this is: the role that `--hostname` takes. */
  readonly role?: GatewayRole;
  /** Set when each region of the instance has one of its own; other rows with a region mean that of the run. */
  readonly eachLocation?: true;
  readonly source: Provenance;
  /** The reason for an unusual row: a typing error of the documents, or a change between them. */
  readonly why?: string;
  /** Date of the first version read that lists it. */
  readonly since?: string;
  /**
   * Date of the last version read that lists it, or of the retirement that a document announces; set when the
   * documents have dropped it.
   */
  readonly until?: string;
  /** Why no test from inside the subnet can reach it; absent when one can. */
  readonly notTestable?: string;
}

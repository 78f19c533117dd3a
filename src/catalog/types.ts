import type { Protocol, Transport } from '../../probes/protocols.ts';
import type { Cloud, Group } from '../report/vocabulary.ts';

/** The document that a row comes from, and the date it bears. */
export interface Provenance {
  /** Public name of the document, as a reader can find it. */
  readonly document: string;
  /** ISO date of the version read. */
  readonly asOf: string;
}

/**
 * One dependency of API Management as the documents list it. `hosts` holds templates: `{storage}`, `{sql}`,
 * `{keyVault}`, `{eventHubs}`, `{apim}` and `{region}` are filled in by the plan, `*.` at the front marks a
 * wildcard. A row with no host for a cloud in which the documents give none simply leaves that cloud out.
 */
export interface CatalogRow {
  readonly group: Group;
  readonly resourceType: string | null;
  /** Per cloud; an empty list means that the documents name no host (the row is a port rule only). */
  readonly hosts: Readonly<Partial<Record<Cloud, readonly string[]>>>;
  readonly ports: readonly number[];
  readonly transport: Transport;
  readonly protocol: Protocol;
  /** Required by Azure on this platform; `stv1` differs from `stv2` in a few rows. */
  readonly required: Readonly<Record<'stv2' | 'stv1', boolean>>;
  readonly serviceTag: string | null;
  readonly direction: 'outbound' | 'inbound';
  readonly purpose: string;
  readonly path?: string;
  readonly source: Provenance;
  /** Why this row is what it is, where that is not plain: a typo kept, a document that changed its mind. */
  readonly why?: string;
  /** First and last document date that lists it; `until` set means that the documents have dropped it. */
  readonly since?: string;
  readonly until?: string;
  /** Why no test from inside the subnet can reach it; absent when one can. */
  readonly notTestable?: string;
}

/** Finds documents by kind and by id. Pure. */
import type { GivenDocument, Resource, ResourceDocument, Subnet } from './types.ts';

/** A resource's document, with the file that holds it. */
export interface Found<T> {
  readonly document: T;
  readonly given: GivenDocument;
}

type Kind = ResourceDocument['kind'];

/** A document of one kind. */
export type Of<K extends Kind> = Extract<ResourceDocument, { kind: K }>;

/** The documents of one kind, in their order. */
export function ofKind<K extends Kind>(given: readonly GivenDocument[], kind: K): Found<Of<K>>[] {
  return given.flatMap((each) =>
    each.document.kind === kind ? [{ document: each.document as Of<K>, given: each }] : [],
  );
}

/** Azure compares ids without regard to case. */
export function sameId(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one.toLowerCase() === other.toLowerCase();
}

/** The first with this id; null when there is none. */
export function byId<T extends Resource>(among: readonly Found<T>[], id: string | null): Found<T> | null {
  return among.find(({ document }) => sameId(document.id, id)) ?? null;
}

/** The item of a list of one; null when there are several, because any could be meant. */
export function only<T>(items: readonly T[]): T | null {
  return items.length === 1 ? (items[0] ?? null) : null;
}

/** Every subnet, those inside a document of their network too; one that has a document of its own comes first. */
export function subnetsOf(given: readonly GivenDocument[]): Found<Subnet>[] {
  const own = ofKind(given, 'subnet');
  const inside = ofKind(given, 'vnet').flatMap(({ document, given: file }) =>
    document.subnets.map((subnet) => ({ document: subnet, given: file })),
  );
  return [...own, ...inside.filter(({ document }) => byId(own, document.id) === null)];
}

/** The virtual network of a subnet, by its id; the only one that was given where the id is unknown. */
export function vnetOf(given: readonly GivenDocument[], subnet: string | null): Found<Of<'vnet'>> | null {
  const vnets = ofKind(given, 'vnet');
  if (subnet !== null) return byId(vnets, subnet.replace(/\/subnets\/[^/]+$/i, ''));
  return vnets.length === 1 ? (vnets[0] ?? null) : null;
}

/** The name of a resource at the end of its id, for texts. */
export function nameOf({ name, id }: Resource): string {
  return name ?? id?.split('/').at(-1) ?? 'without a name';
}

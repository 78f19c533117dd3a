/** The documents of a run: which one counts, whether it is in doubt, and how the report lists it. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { ReportedDocument } from '../../model/azure-documents.ts';
import type { AzureDocument, ImportedFile } from '../reading.ts';
import { describeDoubt, type ThisVm } from './doubt.ts';
import type { GivenDocument, ResourceDocument } from './types.ts';

export interface Documents {
  /** Those of resources that count. */
  readonly given: readonly GivenDocument[];
  /** Every document, in the order given. */
  readonly reported: readonly ReportedDocument[];
  readonly notes: readonly string[];
}

/**
 * Examines the documents.
 * @param now ms since the epoch
 */
export function examineDocuments(files: readonly ImportedFile[], vm: ThisVm, now: number): Documents {
  const all = files.flatMap(({ file, savedAt, documents }) =>
    documents.map((document) => ({ file, savedAt, document })),
  );
  const resources = all.flatMap(({ document, ...from }) =>
    isResource(document) ? [{ ...from, document }] : [],
  );
  const doubtOf = (document: AzureDocument, savedAt: number) =>
    isResource(document) ? describeDoubt(document, savedAt, { vm, now, all: resources }) : null;
  const { newest, superseded } = chooseNewest(resources);
  return {
    given: newest.map((one) => ({ ...one, doubt: doubtOf(one.document, one.savedAt) })),
    reported: all.map(({ file, savedAt, document }) => ({
      kind: document.kind,
      resource: resourceOf(document),
      collectedAt: new Date(savedAt).toISOString(),
      file,
      doubt: (isResource(document) ? superseded.get(document)?.doubt : null) ?? doubtOf(document, savedAt),
    })),
    notes: [...superseded.values()].map(({ note }) => note),
  };
}

function isResource(
  document: AzureDocument,
): document is Exclude<AzureDocument, { kind: 'network-status' | 'outbound-dependencies' }> {
  return document.kind !== 'network-status' && document.kind !== 'outbound-dependencies';
}

interface Superseded {
  readonly doubt: string;
  readonly note: string;
}

type Candidate = Omit<GivenDocument, 'savedAt' | 'doubt'> & { readonly savedAt: number };

/** Of several documents of one resource the newest counts; of the same age, the last one given. */
function chooseNewest<One extends Candidate>(
  candidates: readonly One[],
): { readonly newest: readonly One[]; readonly superseded: ReadonlyMap<ResourceDocument, Superseded> } {
  const newestByIdentity = new Map<string, Candidate>();
  for (const candidate of candidates.flatMap(withSubnets)) {
    const key = identityOf(candidate.document);
    if (key !== null && candidate.savedAt >= (newestByIdentity.get(key)?.savedAt ?? 0))
      newestByIdentity.set(key, candidate);
  }
  const superseded = new Map<ResourceDocument, Superseded>();
  const newest = candidates.filter(({ document, file }) => {
    const counts = newestByIdentity.get(identityOf(document) ?? '');
    if (counts === undefined || counts.document === document) return true;
    // A subnet inside a document of its network is not a document itself.
    if (isSame(counts.document, document)) return !candidates.some((one) => one.document === counts.document);
    const what = resourceOf(document)?.split('/').at(-1) ?? document.kind;
    superseded.set(document, {
      doubt: `${counts.file} shows the same resource in another state, and was saved later.`,
      note: `--from: ${file} and ${counts.file} show different states of ${what}; ${counts.file} was saved later, and counts`,
    });
    return false;
  });
  return { newest, superseded };
}

function withSubnets<One extends Candidate>(candidate: One): Candidate[] {
  const { document } = candidate;
  const inside = document.kind === 'vnet' ? document.subnets : [];
  return [candidate, ...inside.map((subnet) => ({ ...candidate, document: subnet }))];
}

function isSame(one: ResourceDocument, other: ResourceDocument): boolean {
  return isDeepStrictEqual({ ...one, incomplete: null }, { ...other, incomplete: null });
}

/** What a document shows, so that two of the same are found; null when the document does not name it. */
function identityOf(document: ResourceDocument): string | null {
  const { kind } = document;
  switch (kind) {
    case 'locks':
      return null;
    case 'effective-routes':
      return `${kind} ${localPrefixes(document).join(' ')}`;
    default: {
      const resource = resourceOf(document);
      return resource === null ? null : `${kind} ${resource.toLowerCase()}`;
    }
  }
}

function localPrefixes({ routes }: Extract<ResourceDocument, { kind: 'effective-routes' }>): string[] {
  const local = routes.filter(({ nextHopType }) => nextHopType.toLowerCase() === 'vnetlocal');
  return local.flatMap(({ prefixes }) => prefixes.map(({ cidr }) => cidr)).sort();
}

/** The id of the resource, or its name; null for a document of several or of none. */
function resourceOf(document: AzureDocument | ResourceDocument): string | null {
  switch (document.kind) {
    case 'network-status':
    case 'outbound-dependencies':
    case 'effective-routes':
    case 'locks':
      return null;
    case 'effective-nsg': {
      const attached = document.groups.flatMap(({ attachedTo }) => attachedTo);
      const nic = attached.find((id) => /\/networkInterfaces\//i.test(id));
      return nic ?? attached[0] ?? document.groups[0]?.id ?? null;
    }
    case 'private-dns-links':
      return document.links[0]?.zone ?? null;
    case 'private-dns-records':
      return document.zone;
    default:
      return document.id ?? document.name;
  }
}

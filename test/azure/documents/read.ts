/** Reads documents of resources in tests. */

import type { ResourceDocument } from '../../../src/azure/documents/types.ts';
import { readAzureDocuments } from '../../../src/azure/read.ts';
import type { AzureDocument } from '../../../src/azure/reading.ts';
import { utf8 } from '../replies.ts';

export function readAll(content: unknown): readonly AzureDocument[] {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const reading = readAzureDocuments(bytes instanceof Uint8Array ? bytes : utf8(content));
  if (!reading.ok) throw new Error(reading.problem);
  return reading.documents;
}

/** The only document, which must be of this kind. */
export function readOne<Kind extends ResourceDocument['kind']>(
  content: unknown,
  kind: Kind,
): Extract<ResourceDocument, { kind: Kind }> {
  const [document, ...more] = readAll(content);
  if (document?.kind !== kind || more.length > 0) {
    throw new Error(`was read as ${[document, ...more].map((one) => one?.kind).join(', ')}`);
  }
  return document as unknown as Extract<ResourceDocument, { kind: Kind }>;
}

export function problemIn(content: unknown): string {
  const reading = readAzureDocuments(
    content instanceof Uint8Array
      ? content
      : typeof content === 'string'
        ? Buffer.from(content)
        : utf8(content),
  );
  return reading.ok ? `was read as ${reading.documents.map(({ kind }) => kind).join(', ')}` : reading.problem;
}

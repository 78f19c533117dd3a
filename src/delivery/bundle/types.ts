import type { RedactionKind } from '../redaction/types.ts';

export type Redactions = Readonly<Partial<Record<RedactionKind, number>>>;

/** One file of the archive, as it goes in. */
export interface Entry {
  /** Its path in the archive. */
  readonly name: string;
  readonly bytes: Buffer;
  /** How often what was removed from it. */
  readonly redactions: Redactions;
}

/** A file that could not be added. */
export interface LeftOut {
  readonly name: string;
  /** A predicate: "cannot be read: permission denied (EACCES)". */
  readonly reason: string;
}

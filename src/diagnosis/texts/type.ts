import type { Owner } from '../../model/vocabulary.ts';

/** The text of a cause without a run: the offline explanation, and the defaults of a finding. */
export interface CauseText {
  /** A short clause for headings. */
  readonly title: string;
  readonly explanation: string;
  /** The observations that lead to it. */
  readonly recognisedBy: string;
  /** The owner who can usually fix it. */
  readonly owner: Owner;
  /** Steps in the order in which to take them. */
  readonly remedy: readonly string[];
  /** The public documents to read next, each with its address. */
  readonly reference: string;
}

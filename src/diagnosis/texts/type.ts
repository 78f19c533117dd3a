import type { Owner } from '../../model/vocabulary.ts';

/** What can be said of a cause before any run: the offline explanation, and the defaults of a finding. */
export interface CauseText {
  /** A short clause that stands for the cause in a heading. */
  readonly title: string;
  readonly explanation: string;
  /** Which observations lead to it. */
  readonly recognisedBy: string;
  /** Who can usually fix it. */
  readonly owner: Owner;
  /** Steps in the order in which they are worth taking. */
  readonly remedy: readonly string[];
  /** Public name of the document to read next. */
  readonly reference: string;
}

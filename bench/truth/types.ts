/** What the suites of `npm run bench:truth` return. */

/** One case: what its source holds for true, and what the product found. */
export interface Outcome {
  readonly id: string;
  readonly expected: string;
  readonly got: string;
  readonly agrees: boolean;
}

export interface Suite {
  /** In the table of disagreements and on the command line. */
  readonly name: string;
  readonly title: string;
  /** Where the truth comes from and through which code it is compared: a paragraph of docs/truth.md. */
  readonly about: string;
  readonly run: () => Promise<SuiteRun>;
}

export interface SuiteRun {
  readonly outcomes: readonly Outcome[];
  /** What was not compared, and why; else empty. */
  readonly notes: readonly string[];
  /** Why the suite could not run at all; then there are no outcomes. */
  readonly leftOut?: string;
}

/** A difference from the source that stays, with its reason; `disagreements.json` has these. */
export interface Disagreement {
  readonly suite: string;
  readonly cases: readonly string[];
  /** The product's result, so that another wrong result is a new disagreement. */
  readonly got: string;
  readonly reason: string;
}

/** The outcome of one attempt to send one report. */
export type Settled =
  /** The service has it. */
  | { readonly kind: 'confirmed' }
  /** No repeat can succeed; the reason is a sentence with what to fix. */
  | { readonly kind: 'rejected'; readonly reason: string }
  | {
      readonly kind: 'retry';
      readonly reason: string;
      /** ms that the service asked to be left alone, or null */
      readonly retryAfterMs: number | null;
      /** Whether the user has to fix something before anything can be sent: a retry soon is useless. */
      readonly needsAction: boolean;
    };

/** What one reply means. `exists`: a blob of that name exists, perhaps this very report, whose confirmation was lost. */
export type Outcome = Settled | { readonly kind: 'exists' };

export function rejectReport(reason: string): Settled {
  return { kind: 'rejected', reason };
}

export function retryLater(reason: string, retryAfterMs: number | null = null): Settled {
  return { kind: 'retry', reason, retryAfterMs, needsAction: false };
}

export function needsAction(reason: string): Settled {
  return { kind: 'retry', reason, retryAfterMs: null, needsAction: true };
}

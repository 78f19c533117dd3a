/** What became of one attempt to send one report. */
export type Settled =
  /** The service has it. */
  | { readonly kind: 'confirmed' }
  /** No repeat can succeed; the reason is a sentence that says what to mend. */
  | { readonly kind: 'never'; readonly reason: string }
  | {
      readonly kind: 'later';
      readonly reason: string;
      /** ms that the service asked to be left alone, or null */
      readonly retryAfterMs: number | null;
      /** Whether nothing at all can be sent until somebody mends something: no use in trying again soon. */
      readonly needsAction: boolean;
    };

/** What a reply says by itself. `exists`: something of that name is there, perhaps this very report, whose confirmation was lost. */
export type Outcome = Settled | { readonly kind: 'exists' };

export function rejectedForGood(reason: string): Settled {
  return { kind: 'never', reason };
}

export function retryLater(reason: string, retryAfterMs: number | null = null): Settled {
  return { kind: 'later', reason, retryAfterMs, needsAction: false };
}

export function needsAction(reason: string): Settled {
  return { kind: 'later', reason, retryAfterMs: null, needsAction: true };
}

/** What redaction removes, in the words of the manifest. */
export type RedactionKind =
  | ('signature' | 'token' | 'key' | 'password' | 'user-info' | 'header' | 'private-key')
  /** The strict level alone. */
  | ('host' | 'address' | 'id' | 'user' | 'label' | 'path');

/** Told once for each thing that was removed. */
export type Count = (kind: RedactionKind) => void;

/** How text and values are redacted: at the standard level, or by a bundle's own pseudonyms. */
export interface Redaction {
  readonly text: (text: string) => string;
  readonly value: <T>(value: T) => T;
}

/** The door at either level, as one thing to hand around. */
export interface Redactor extends Redaction {
  /** JSON as it is written, after its values have been through `value`. */
  readonly finished: (text: string) => string;
  /** Looks at data before any is redacted, and remembers what it calls its own. */
  learn(value: unknown): void;
}

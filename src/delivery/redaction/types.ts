/** What redaction replaces, in the manifest's terms. */
export type RedactionKind =
  | ('signature' | 'token' | 'key' | 'password' | 'user-info' | 'header' | 'private-key')
  /** The strict level alone. */
  | PseudonymKind;

/** What a pseudonym stands for. */
export type PseudonymKind = 'host' | 'address' | 'id' | 'user' | 'label' | 'path';

/** Called once for each replacement. */
export type Count = (kind: RedactionKind) => void;

/** How text and values are redacted, at either level. */
export interface Redaction {
  readonly text: (text: string) => string;
  readonly value: <T>(value: T) => T;
}

/** What a pseudonym stands for; names are in lower case, addresses in their canonical form. */
export interface Original {
  readonly kind: PseudonymKind;
  readonly name: string;
}

export interface Redactor extends Redaction {
  /**
   * Scans data before any is redacted, and learns the names, addresses and ids of this network. Replacements in it
   * are counted.
   */
  learn(value: unknown): void;
  /** What the pseudonyms so far stand for, and a fingerprint of their key; null at the standard level. */
  legend(): Legend | null;
}

export interface Legend {
  /** Equal for equal keys; reveals nothing of the key. */
  readonly fingerprint: string;
  readonly pseudonyms: ReadonlyMap<string, Original>;
}

/** What redaction removes, in the words of the manifest. */
export const SECRET_KINDS = [
  'signature',
  'token',
  'key',
  'password',
  'user-info',
  'header',
  'private-key',
] as const;
export const IDENTITY_KINDS = ['host', 'address', 'id', 'user'] as const;
export type RedactionKind = (typeof SECRET_KINDS)[number] | (typeof IDENTITY_KINDS)[number];

/** Told once for each thing that was removed. */
export type Count = (kind: RedactionKind) => void;

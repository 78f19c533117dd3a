/** The names of credentials: one list for masking, validation and redaction. */

/** A value after such a name is a secret, also with a prefix: `adminPassword`, `X-Functions-Key`. */
export const CREDENTIAL_NAMES: readonly string[] = [
  ...['password', 'passwd', 'passphrase', 'secret', 'token', 'client[_-]?assertion'],
  '(?:account|access|shared|functions?|subscription|api|storage|primary|secondary|master|private|signing|encryption|client|host)[_-]?(?:access[_-]?|master[_-]?)?keys?',
];

/** Too short or too common to mark a secret outside of a query or a connection string. */
export const PARAMETER_NAMES: readonly string[] = [
  ...['sig', '(?:x-(?:amz|goog)-)?signature', 'code', 'key', 'pwd', 'assertion'],
];

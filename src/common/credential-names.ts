/** The names that credentials travel under: one list for masking, for refusing and for redacting. */

/** What stands behind one of these is a secret, whatever comes before the name: `adminPassword`, `X-Functions-Key`. */
export const CREDENTIAL_NAMES: readonly string[] = [
  ...['password', 'passwd', 'passphrase', 'secret', 'token', 'client[_-]?assertion'],
  '(?:account|access|shared|functions?|subscription|api|storage|primary|secondary|master|private|signing|encryption|client|host)[_-]?(?:access[_-]?|master[_-]?)?keys?',
];

/** Too short, or too common as words, to be believed anywhere but in a query or a connection string. */
export const PARAMETER_NAMES: readonly string[] = [
  ...['sig', '(?:x-(?:amz|goog)-)?signature', 'code', 'key', 'pwd', 'assertion'],
];

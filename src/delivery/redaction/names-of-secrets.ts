import { CREDENTIAL_NAMES } from '../../common/credential-names.ts';

const CREDENTIAL = new RegExp(
  `(?:(?:${CREDENTIAL_NAMES.join('|')})s?|(?:^|[_-])(?:sas|pwd|sig|signature|authorization|cookie))$`,
  'i',
);

/** Whether the whole value of a key, a header or a variable of this name is a secret. */
export function isCredentialName(name: string): boolean {
  return CREDENTIAL.test(name);
}

import { CREDENTIAL_NAMES } from '../../common/credential-names.ts';

const CREDENTIAL = new RegExp(
  `(?:(?:${CREDENTIAL_NAMES.join('|')})s?|(?:^|[_-])(?:sas|pwd|sig|signature|authorization|cookie))$`,
  'i',
);

/** Answers for the keys that a report repeats, and how long and how many they may be. */
const ANSWERS = new Map<string, boolean>();
const LONGEST_NAME = 64;
const MOST_NAMES = 1024;

/** Whether the whole value of a key, a header or a variable of this name is a secret. */
export function isCredentialName(name: string): boolean {
  const known = ANSWERS.get(name);
  if (known !== undefined) return known;
  const answer = CREDENTIAL.test(name);
  if (name.length <= LONGEST_NAME && ANSWERS.size < MOST_NAMES) ANSWERS.set(name, answer);
  return answer;
}

/** What is wrong with a YAML file, in words that repeat nothing of it: any of its values may be a secret. */
import { type ErrorCode, YAMLError } from 'yaml';

const TAG = 'a tag (!) that means nothing here; put text that begins with ! in quotes';

/** For those of the library's sentences that quote the file where it cannot be told from their own words. */
const WORDS: Partial<Record<ErrorCode, string>> = {
  BAD_COLLECTION_TYPE: TAG,
  TAG_RESOLVE_FAILED: TAG,
  BAD_DIRECTIVE:
    'a directive (%) that is none of YAML 1.2; leave it out, or put text that begins with % in quotes',
  BAD_DQ_ESCAPE: 'a backslash in double quotes with what is not an escape; double it, or use single quotes',
};

/** @param error of the parser, or of the making of values, as the end of a sentence */
export function yamlProblem(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be read';
  const words = error instanceof YAMLError ? WORDS[error.code] : undefined;
  if (words !== undefined) return words;
  // What the sentence quotes stands behind its colon, and a drawing of the line below it.
  const [sentence = ''] = error.message.split(/ at line \d+, column \d+|:?\n/);
  return error instanceof YAMLError && error.code === 'MISSING_CHAR'
    ? sentence
    : (sentence.split(': ')[0] ?? '');
}

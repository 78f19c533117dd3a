/** Describes YAML errors without quoting the file, because any of its values may be a secret. */
import { type ErrorCode, YAMLError } from 'yaml';

const TAG = 'an unknown tag (!); put text that begins with ! in quotes';

/** Replaces messages of the library that quote the file in a way that cannot be cut out. */
const MESSAGES: Partial<Record<ErrorCode, string>> = {
  BAD_COLLECTION_TYPE: TAG,
  TAG_RESOLVE_FAILED: TAG,
  BAD_DIRECTIVE:
    'a directive (%) that YAML 1.2 does not have; leave it out, or put text that begins with % in quotes',
  BAD_DQ_ESCAPE: 'an invalid escape (\\) in double quotes; double the backslash, or use single quotes',
};

/** @param error of the parser or of the conversion of values; @returns the end of a sentence */
export function yamlProblem(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be read';
  const message = error instanceof YAMLError ? MESSAGES[error.code] : undefined;
  if (message !== undefined) return message;
  // The library quotes the file after the colon and on the next lines.
  const [sentence = ''] = error.message.split(/ at line \d+, column \d+|:?\n/);
  return error instanceof YAMLError && error.code === 'MISSING_CHAR'
    ? sentence
    : (sentence.split(': ')[0] ?? '');
}

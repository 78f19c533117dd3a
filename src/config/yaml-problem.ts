/** Describes YAML errors without quoting the file, because any of its values may be a secret. */
import { type ErrorCode, YAMLError, type YAMLParseError } from 'yaml';

const TAG = 'an unknown tag (!); put text that begins with ! in quotes';
const ALIAS =
  'a value that begins with * stands for another one, which is not there, or is used too often; put it in quotes';
const NOT_AN_OPTION =
  'this is not a line of the form “key: value”; write one option a line, from the first column';

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  BAD_COLLECTION_TYPE: TAG,
  TAG_RESOLVE_FAILED: TAG,
  BAD_DIRECTIVE:
    'a directive (%) that YAML 1.2 does not have; leave it out, or put text that begins with % in quotes',
  BAD_DQ_ESCAPE: 'an invalid escape (\\) in double quotes; double the backslash, or use single quotes',
  BAD_SCALAR_START: 'a value cannot begin with this character; put the value in quotes',
  BAD_ALIAS: ALIAS,
  BAD_INDENT: 'this line is not indented as the lines of its list are; indent all items alike, with spaces',
  BLOCK_IN_FLOW: 'a list in [ ] cannot have items that begin with “-”; separate them by commas',
  DUPLICATE_KEY: 'this option is in the file twice; keep one, with all values in one list',
  KEY_OVER_1024_CHARS: NOT_AN_OPTION,
  MULTILINE_IMPLICIT_KEY: NOT_AN_OPTION,
  NON_STRING_KEY: NOT_AN_OPTION,
  TAB_AS_INDENT: 'a tab before the text; start options in the first column, and indent items with spaces',
  UNEXPECTED_TOKEN: 'this line is not indented as the ones before it; start every option in the first column',
};

const NESTED = 'the value has a colon and a space in it; put the value in quotes';
const LIST_ON_THE_LINE = 'a list begins on the line below its key; or write it as [one, other]';
const INDENTED =
  'this line is indented, so it would be a part of the value above; start every option in the first column';
const UNEVEN = 'this item is not indented as those above; indent all items alike';

export interface YamlProblem {
  /** In characters from the start of the text. */
  readonly at: number;
  /** The end of a sentence. */
  readonly problem: string;
}

/** Describes an error of the parser, at the line that should be changed. */
export function describeYamlError(error: YAMLParseError | YAMLError, text: string): YamlProblem {
  const [at] = error.pos;
  if (error.code !== 'BLOCK_AS_IMPLICIT_KEY' && error.code !== 'UNEXPECTED_TOKEN') {
    return { at, problem: yamlProblem(error) };
  }
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const [line = ''] = text.slice(start).split('\n', 1);
  if (/^\s*- /.test(line)) return { at, problem: UNEVEN };
  if (/^[^#]*:\s+- /.test(line)) return { at, problem: LIST_ON_THE_LINE };
  if (error.code === 'UNEXPECTED_TOKEN') return { at, problem: yamlProblem(error) };
  if (/:\s[^#]*:(?:\s|$)/.test(line)) return { at, problem: NESTED };
  // The error is at the value, and the mistake on the next line with text.
  const next = /^(?:[ \t]*(?:#.*)?\r?\n)*/.exec(text.slice(start + line.length + 1))?.[0].length ?? 0;
  return { at: Math.min(text.length, start + line.length + 1 + next), problem: INDENTED };
}

/** @param error of the parser or of the conversion of values; @returns the end of a sentence */
export function yamlProblem(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be read';
  // Of the conversion of values: an alias without an anchor, or with too many.
  if (!(error instanceof YAMLError)) return ALIAS;
  const { code, message } = error;
  if (code === 'MISSING_CHAR' && /quote/.test(message)) {
    return 'a quotation mark before here is not closed; close it at the end of its value';
  }
  if (code === 'MISSING_CHAR' && /flow|[,\]}]/.test(message)) {
    return 'a comma, a colon or a closing bracket is missing before here';
  }
  if (code === 'UNEXPECTED_TOKEN' && /in flow |\bflow-|: "[,\]}]"/.test(message)) {
    return 'a comma or a bracket that does not belong here';
  }
  if (code === 'UNEXPECTED_TOKEN' && message.startsWith('Block scalar')) {
    return 'text behind > or |, which begin a text of several lines; put the value in quotes';
  }
  return MESSAGES[code] ?? NOT_AN_OPTION;
}

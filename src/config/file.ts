/** Reads the config file in YAML or JSON. Every problem has its line and column. */
import { dirname } from 'node:path';
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLError,
} from 'yaml';
import { readBounded } from '../common/bounded-file.ts';
import { decode } from '../common/decode-text.ts';
import { didYouMean } from '../common/did-you-mean.ts';
import { quote } from '../common/mask.ts';
import { configFileProblem, windowsConfigProblem } from './config-trust.ts';
import { type JsonEntry, readJson } from './json-file.ts';
import type { Given, Layer, RawValue } from './layers.ts';
import { FILE_KEYS, OPTIONS, type OptionKey } from './options.ts';
import { describeYamlError, yamlProblem } from './yaml-problem.ts';

const LARGEST_FILE = 1024 * 1024;

interface FilePosition {
  readonly path: string;
  readonly lines: LineCounter;
}

function positionAt({ path, lines }: FilePosition, offset: number | undefined): string {
  const { line, col } = lines.linePos(offset ?? 0);
  return `${path}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
}

/** `default`: the machine's file, which may be missing; `named`: the file that the user named. */
type Choice = 'named' | 'default';

type Text =
  | { readonly kind: 'text'; readonly text: string }
  /** The file is not used; `unreadable` has the reason when the user should know it. */
  | { readonly kind: 'none'; readonly unreadable: string | null };

function read(path: string, choice: Choice, problems: string[]): Text {
  const uid = process.getuid?.() ?? null;
  let trustProblem: string | null = null;
  const file = readBounded(path, LARGEST_FILE, 'a YAML or JSON file of options', {
    inheritedPipe: true,
    trust: (status) => {
      trustProblem = configFileProblem(path, status, uid);
      if (uid === null && choice === 'default') trustProblem = windowsConfigProblem(path);
      return trustProblem;
    },
  });
  if (!file.ok && trustProblem === null && choice === 'default') {
    return { kind: 'none', unreadable: file.missing ? null : `${path} ${file.problem}` };
  }
  const decoded = file.ok ? decode(file.bytes) : file;
  if (decoded.ok) return { kind: 'text', text: decoded.text };
  problems.push(`config file ${path} ${decoded.problem}`);
  return { kind: 'none', unreadable: null };
}

/** The runtime's message for too deep recursion; the library reports it as an error of the file. */
const OUT_OF_STACK = /call stack size exceeded|stack overflow/i;

function onlyDocument(text: string, place: FilePosition, problems: string[]): Document.Parsed | null {
  const documents = parseAllDocuments(text, { lineCounter: place.lines, stringKeys: true });
  if (!Array.isArray(documents) || documents.length === 0) return null;
  const [document, second] = documents;
  const before = problems.length;
  if (second !== undefined)
    problems.push(`${positionAt(place, second.range[0])}: a second document; a config file holds one`);
  const wrong = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  const deep = wrong.find(({ message }) => OUT_OF_STACK.test(message));
  if (deep !== undefined) {
    problems.push(
      `${positionAt(place, deep.pos[0])}: nested far too deep; an option is a value or a list of values`,
    );
    return null;
  }
  problems.push(...describeErrors(wrong, text, place));
  return problems.length > before ? null : (document ?? null);
}

/** The first error of each line: the others follow from it. */
function describeErrors(errors: readonly YAMLError[], text: string, place: FilePosition): string[] {
  const byLine = new Map<number, string>();
  for (const error of errors) {
    const { line } = place.lines.linePos(error.pos[0]);
    if (byLine.has(line)) continue;
    const { at, problem } = describeYamlError(error, text);
    byLine.set(line, `${positionAt(place, at)}: ${problem}`);
  }
  return [...byLine.values()];
}

/** The values without those that have a problem. */
function values(node: Node, document: Document, place: FilePosition, problems: string[]): RawValue[] {
  const items = isSeq(node) ? (node.items as (Node | null)[]) : [node];
  return items.flatMap((item) => {
    const origin = positionAt(place, (item ?? node).range?.[0]);
    const refuse = (problem: string): [] => {
      problems.push(`${origin}: ${problem}`);
      return [];
    };
    try {
      const value: unknown = item === null ? null : item.toJS(document, { maxAliasCount: 20 });
      if (isCircular(value)) return refuse('an alias (*) that contains itself');
      if (goesOn(item, place)) return refuse(GOES_ON);
      return [{ origin, value, ...writtenAs(item, value) }];
    } catch (error) {
      return refuse(yamlProblem(error));
    }
  });
}

const GOES_ON =
  'the value goes on in the next line, because that is indented; start it in the first column, or put the value in quotes';

/** Whether a value without quotes takes the next line in. */
function goesOn(item: unknown, { lines }: FilePosition): boolean {
  if (!isScalar(item) || item.type !== 'PLAIN') return false;
  const [start, end] = item.range ?? [0, 0];
  return lines.linePos(start).line !== lines.linePos(Math.max(start, end)).line;
}

/** A number as it is in the file: YAML makes 123 of 0123. */
function writtenAs(item: unknown, value: unknown): Pick<RawValue, 'written'> {
  const source = isScalar(item) && typeof value === 'number' ? item.source : undefined;
  return source === undefined ? {} : { written: source };
}

function isCircular(value: unknown, above: readonly unknown[] = []): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return above.includes(value) || Object.values(value).some((each) => isCircular(each, [...above, value]));
}

function keyProblem(key: string): string {
  if (key === 'config') return 'a config file cannot name another one; remove this key';
  const known = didYouMean(key, FILE_KEYS);
  return `unknown key ${quote(key)}.${known} Correct or remove it ("apim-probe config" lists the keys)`;
}

function readPair(
  pair: Pair,
  document: Document,
  place: FilePosition,
  problems: string[],
): [OptionKey, Given] | null {
  const keyNode = isScalar(pair.key) ? pair.key : null;
  const name = String(keyNode?.value);
  const origin = positionAt(place, keyNode?.range?.[0]);
  if (name === '$schema') return null;
  const key = FILE_KEYS.find((known) => known === name);
  if (key === undefined) {
    problems.push(`${origin}: ${keyProblem(name)}`);
    return null;
  }
  const node = pair.value as Node | null;
  if (isSeq(node) && !OPTIONS[key].many) {
    problems.push(`${origin}: ${key} takes one value, not a list`);
    return null;
  }
  if (node === null || (isScalar(node) && node.value === null)) {
    problems.push(`${origin}: ${key} has no value; give one, or remove the line`);
    return null;
  }
  return [key, { origin, folder: dirname(place.path), values: values(node, document, place, problems) }];
}

export interface OptionsFile {
  /** Null when the file is missing or cannot be used. */
  readonly layer: Layer | null;
  /** Why the machine's file was ignored: "/etc/… cannot be read: …"; null when it was read. */
  readonly unreadable: string | null;
}

/**
 * Reads a config file.
 * @param path absolute
 * @param problems receives the problems, each with file, line and column
 */
export function fileLayer(path: string, choice: Choice, problems: string[]): OptionsFile {
  const content = read(path, choice, problems);
  if (content.kind === 'none') return { layer: null, unreadable: content.unreadable };
  return { layer: parseFile(content.text, path, problems), unreadable: null };
}

/** @returns null for anything but good options in JSON */
function parseJson(text: string, path: string): Layer | null {
  const entries = readJson(text);
  if (entries === null) return null;
  const place = { path, lines: countLines(text) };
  const layer = new Map<OptionKey, Given>();
  for (const entry of entries.filter(({ key }) => key !== '$schema')) {
    const key = FILE_KEYS.find((known) => known === entry.key);
    if (key === undefined || (entry.isList && !OPTIONS[key].many)) return null;
    layer.set(key, givenIn(entry, place));
  }
  return layer;
}

function givenIn({ at, values: all }: JsonEntry, place: FilePosition): Given {
  const values = all.map(({ at: start, ...one }) => ({ origin: positionAt(place, start), ...one }));
  return { origin: positionAt(place, at), folder: dirname(place.path), values };
}

function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}

function parseFile(text: string, path: string, problems: string[]): Layer {
  const json = parseJson(text, path);
  if (json !== null) return json;
  const place = { path, lines: new LineCounter() };
  const document = onlyDocument(text, place, problems);
  const contents = document?.contents ?? null;
  if (document === null || contents === null) return new Map();
  if (!isMap(contents)) {
    problems.push(
      `${positionAt(place, contents.range[0])}: must hold options as "key: value" lines, or one JSON object`,
    );
    return new Map();
  }
  const layer = new Map<OptionKey, Given>();
  for (const pair of contents.items) {
    const entry = readPair(pair, document, place, problems);
    if (entry !== null) layer.set(...entry);
  }
  return layer;
}

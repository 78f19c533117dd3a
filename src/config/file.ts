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
} from 'yaml';
import { readBounded } from '../common/bounded-file.ts';
import { decode } from '../common/decode-text.ts';
import { didYouMean } from '../common/did-you-mean.ts';
import { quote } from '../common/mask.ts';
import { configFileProblem, windowsConfigProblem } from './config-trust.ts';
import { type JsonEntry, readJson } from './json-file.ts';
import type { Given, Layer, RawValue } from './layers.ts';
import { FILE_KEYS, OPTIONS, type OptionKey } from './options.ts';
import { yamlProblem } from './yaml-problem.ts';

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
  for (const error of wrong) problems.push(`${positionAt(place, error.pos[0])}: ${yamlProblem(error)}`);
  return problems.length > before ? null : (document ?? null);
}

function values(node: Node, document: Document, place: FilePosition, problems: string[]): RawValue[] {
  const items = isSeq(node) ? (node.items as (Node | null)[]) : [node];
  return items.map((item) => {
    const origin = positionAt(place, (item ?? node).range?.[0]);
    try {
      const value: unknown = item === null ? null : item.toJS(document, { maxAliasCount: 20 });
      if (isCircular(value)) problems.push(`${origin}: an alias (*) that contains itself`);
      else return { origin, value };
      return { origin, value: null };
    } catch (error) {
      problems.push(`${origin}: ${yamlProblem(error)}`);
      return { origin, value: null };
    }
  });
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
  const values = all.map((one) => ({ origin: positionAt(place, one.at), value: one.value }));
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

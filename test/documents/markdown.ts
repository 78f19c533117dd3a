/** Reads the documents of the repository: their links, headings and commands. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './pages.ts';

/** Every document, by its path in the repository. */
export const DOCUMENTS: readonly string[] = globSync(['*.md', '{docs,install}/**/*.md'], {
  cwd: ROOT,
}).sort();

export function textOf(document: string): string {
  return readFileSync(join(ROOT, document), 'utf8');
}

interface Block {
  /** The word after the fence: `sh`, or nothing for a command with its output. */
  readonly language: string;
  readonly lines: readonly string[];
}

/** The fenced blocks of a text. */
export function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', body = '']) => ({
    language,
    lines: body.trimEnd().split('\n'),
  }));
}

/** A text without its fenced blocks. */
function proseOf(text: string): string {
  return text.replace(/^```\w*\n.*?^```$/gms, '');
}

/** The targets of the links of a text. */
export function linksOf(text: string): readonly string[] {
  return [...proseOf(text).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors of the headings, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let number = 1; anchors.has(unique); number++) unique = `${anchor}-${number}`;
    anchors.add(unique);
  }
  return anchors;
}

const LONG_LINE = /\\\n\s*/g;

/** Every command line of the program, from the blocks and the inline code of a text. */
export function commandLinesOf(text: string): readonly string[] {
  const inBlocks = blocksOf(text)
    .filter(({ language }) => ['', 'sh', 'yaml', 'powershell'].includes(language))
    .flatMap(({ language, lines }) => {
      const all = lines.join('\n').replace(LONG_LINE, ' ').split('\n');
      return language === '' ? all.filter((line) => line.startsWith('$ ')) : all;
    });
  const inline = [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...inBlocks, ...inline].flatMap(ownPart);
}

/** What the program gets of a line: without what is before its name, redirections, pipes and comments. */
function ownPart(line: string): readonly string[] {
  const started = /^(?:\$ )?(?:npm start --|(?:onChange: |setsid |sudo |\S*\/)*apim-probe) (.*)$/.exec(line);
  if (started === null) return [];
  const demo = line.replace('$ ', '').startsWith('npm start') ? 'demo ' : '';
  return [demo + (started[1] ?? '').replace(/(?:\s|^)(?:[|<>&#]|2>).*$/, '')];
}

/** The words of a command line; quotes hold a word together. */
export function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|\S)+/g)].map(([word]) => word.replace(/["']/g, ''));
}

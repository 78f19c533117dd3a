/** The commands that the documents show exist, and print what the documents say. */
import t from 'tap';
import { COMMAND_NAMES } from '../../src/cli/command.ts';
import { main } from '../../src/cli/main.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { capture } from '../cli/harness.ts';
import { blocksOf, commandLinesOf, DOCUMENTS, textOf, wordsOf } from './markdown.ts';

const MOST_WORDS = 2000;

t.test('the README is short', async (t) => {
  const words = textOf('README.md')
    .split(/\s+/)
    .filter((word) => word !== '').length;
  t.ok(words <= MOST_WORDS, `${words} words`);
});

t.test('every command is in the tables of the commands', async (t) => {
  for (const document of ['README.md', 'docs/options.md']) {
    const [, rows = ''] = /^\| command \| does \|\n((?:\|.*\n)+)/m.exec(textOf(document)) ?? [];
    const terms = [...rows.matchAll(/^\|([^|]*)\|/gm)].map(([, cell]) => cell).join();
    const named = [...terms.matchAll(/`([a-z]+)\b/g)].map(([, name]) => name);
    t.strictSame(named.sort(), [...COMMAND_NAMES].sort(), document);
  }
});

t.test('every command line is one that the program accepts', async (t) => {
  let seen = 0;
  for (const document of DOCUMENTS.filter((name) => name !== 'CHANGELOG.md')) {
    for (const line of commandLinesOf(textOf(document))) {
      seen += 1;
      // A placeholder such as `COMMAND` or `[REPORT]` is not a command line, and main() itself answers --version.
      if (/[[…]|^[A-Z]+\b|^--version$/.test(line)) continue;
      t.doesNotThrow(() => parseCommandLine(wordsOf(line)), `${document}: ${line}`);
    }
  }
  t.ok(seen > 40, `${seen} command lines were read`);
});

t.test('a command line that the program refuses is found', async (t) => {
  const text = '```sh\nsudo /usr/local/bin/apim-probe run --no-such-option > x\n```\n';
  t.strictSame(commandLinesOf(text), ['run --no-such-option']);
  t.throws(() => parseCommandLine(wordsOf('run --no-such-option')), /no-such-option/);
});

t.test('the README names the program by a path that leads to it', async (t) => {
  const isCommand = (line: string) => line.startsWith('$ ');
  // What the program prints has its own name.
  const lines = blocksOf(textOf('README.md')).flatMap((block) =>
    block.lines.some(isCommand) ? block.lines.filter(isCommand) : block.lines,
  );
  t.strictSame(
    lines.filter((line) => /(?:^|[ |;&])apim-probe(?: |$)/.test(line) && !/^scp /.test(line)),
    [],
  );
  const text = textOf('README.md');
  t.ok(text.indexOf('scp -C dist/apim-probe-linux-x64') < text.search(/scheduled/i), 'the VM has it first');
});

/**
 * A line without what differs from run to run, which is durations and the width of their column, and without numbers of
 * endpoints: a new row of the catalogue changes all of them.
 */
function steady(line: string): string {
  return line
    .replace(/\b\d[\d.]* (?:ms|s)\b/g, 'TIME')
    .replace(/\b\d+ of \d+\b/g, 'N of N')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Commands without a network or stored runs, which can be played here. */
const PLAYABLE = /^(?:demo|plan .*--cloud .*--region|records .*--cloud .*--region)/;

const shown = DOCUMENTS.flatMap((document) =>
  blocksOf(textOf(document))
    .filter(({ language, lines }) => language === '' && lines[0]?.startsWith('$ '))
    .map(({ lines: [command = '', ...lines] }) => ({
      document,
      line: commandLinesOf(`\`\`\`\n${command}\n\`\`\``)[0] ?? '',
      lines,
    })),
).filter(({ line }) => PLAYABLE.test(line));

t.test('some output is shown', async (t) => t.ok(shown.length >= 3));

const played = new Map<string, Promise<readonly string[]>>();

/** What a command line prints, as steady lines; each is played once. */
function play(line: string, cwd: string): Promise<readonly string[]> {
  const run = played.get(line) ?? printedBy(line, cwd);
  played.set(line, run);
  return run;
}

async function printedBy(line: string, cwd: string): Promise<readonly string[]> {
  const io = capture({ cwd });
  await main(wordsOf(line), io);
  return io.out().split('\n').map(steady);
}

for (const { document, line, lines } of shown) {
  t.test(`${document} shows what "${line}" prints`, async (t) => {
    const printed = await play(line, t.testdir({}));
    let from = 0;
    let anywhere = true;
    for (const expected of lines.map(steady)) {
      if (expected === '[…]') anywhere = true;
      else {
        const at = printed.indexOf(expected, from);
        if (at === -1 || (!anywhere && at !== from)) {
          t.fail(`"${expected}" is not printed there`, { printed: printed.slice(from, from + 5) });
          return;
        }
        from = at + 1;
        anywhere = false;
      }
    }
    t.ok(from > 0, 'every line was found');
  });
}

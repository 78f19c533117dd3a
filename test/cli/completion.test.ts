/** Completion, in the shells themselves. */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { completions } from '../../src/cli/completion-words.ts';
import { unlessInstalled } from '../report/consumers.ts';
import { invoke } from './harness.ts';
import { KEEPS_COMPILED, PROGRAM } from './program.ts';

/** A folder whose `apim-probe` is the program, but only completes. */
async function place(t: Test, shell: string): Promise<string> {
  const folder = t.testdir({ 'report-one.json': '' });
  const words = PROGRAM.map((word) => `'${word}'`).join(' ');
  writeFileSync(
    join(folder, 'apim-probe'),
    `#!/bin/sh\nif [ "$1" = --get-yargs-completions ]; then exec ${words} "$@"; fi\nexit 9\n`,
  );
  chmodSync(join(folder, 'apim-probe'), 0o755);
  const { code, out, err } = await invoke(['completion', shell], { cwd: folder });
  t.match({ code, err }, { code: 0, err: '' });
  writeFileSync(join(folder, '_apim-probe'), out);
  return folder;
}

function play(folder: string, shell: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(shell, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 50_000,
    env: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, TERM: 'xterm', ...KEEPS_COMPILED },
  });
  if (error !== undefined) throw error;
  return `${stdout}${stderr}`;
}

t.test('bash', async (t) => {
  const folder = await place(t, 'bash');
  const completed = (...words: string[]) =>
    [
      ...play(folder, 'bash', [
        '--norc',
        '-c',
        'source ./_apim-probe; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _apim-probe_yargs_completions; declare -p COMPREPLY',
        'bash',
        'apim-probe',
        ...words,
      ]).matchAll(/\]="([^"]*)"/g),
    ]
      .map(([, word]) => word)
      .join(' ');
  t.equal(completed('re'), 'records render');
  t.equal(completed('render', '--form'), '--format');
  t.equal(completed('render', '--format', 'n'), 'nagios network-status');
  t.equal(completed('--cloud', '=', 'gov'), 'government');
  t.equal(completed('explain', 'dns_nx'), 'dns_nxdomain');
  t.equal(completed('render', 'rep'), '', 'bash completes names of files itself');
});

const ZSH = '/usr/bin/zsh';

/** Types words into an interactive zsh, each with what has to appear after the tabulator key, and waits for that. */
const TYPIST = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -Uz compinit; compinit -u -D; source ./_apim-probe; echo READ"Y"'
zpty -r -m shell text '*READY*'
for typed shown in "$@"; do
  zpty -w -n shell $'\\x15'"$typed"$'\\t'
  zpty -r -m shell text "*$shown*" && echo "completed: $typed"
done
`;

t.test('zsh', { skip: unlessInstalled({ [ZSH]: 'zsh' }) }, async (t) => {
  const folder = await place(t, 'zsh');
  const typed = ['apim-probe rend', 'render', 'apim-probe render --judge', '-again'];
  t.equal(
    play(folder, ZSH, ['-f', '-c', TYPIST, 'zsh', ...typed]),
    'completed: apim-probe rend\ncompleted: apim-probe render --judge\n',
  );
});

t.test('the words of each place', async (t) => {
  t.ok(completions(['']).includes('render'));
  t.ok(completions(['--']).includes('--no-color') && completions(['--']).includes('--version'));
  t.notOk(completions(['render', '--']).includes('--storage'));
  t.strictSame(completions(['--only', '']).slice(0, 2), ['storage-blob', 'storage-table']);
  t.strictSame(completions(['plan', '--format', '']), ['table', 'json', 'csv']);
  t.strictSame(completions(['--storage', 'render', '']).includes('render'), true, 'a value is no command');
  for (const files of [
    ['--output', ''],
    ['render', ''],
    ['explain', 'dns-server-down', ''],
  ])
    t.strictSame(completions(files), []);
  t.strictSame(completions(['completion', '']), ['bash', 'zsh']);
  for (const odd of [[], ['='], ['--constructor', '--'], ['--__proto__', ''], ['\u001b', '-']])
    t.ok(completions(odd));
});

t.test('another shell is a usage error', async (t) => {
  const { code, err } = await invoke(['completion', 'fish'], { cwd: t.testdir({}) });
  t.match({ code, err }, { code: 2, err: /SHELL is bash or zsh, not "fish"/ });
});

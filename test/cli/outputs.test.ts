import t from 'tap';
import { planOutputs, type ReportOutput } from '../../src/cli/outputs.ts';
import type { Options } from '../../src/config/types.ts';

type Chosen = Pick<Options, 'output' | 'format'> & Partial<Pick<Options, 'state'>>;

const plan = (options: Chosen, terminal: boolean, reportOutput: ReportOutput) =>
  planOutputs({ state: null, ...options }, terminal, reportOutput);

const nothing = { output: null, format: [] } as const;

t.test('without --output: JSON on stdout, or a new file when stdout is a terminal', async (t) => {
  t.match(plan(nothing, false, 'always'), {
    stdout: 'json',
    newFile: false,
    summary: 'stderr',
    files: { length: 0 },
  });
  t.match(plan(nothing, true, 'always'), {
    stdout: null,
    newFile: true,
    summary: 'stdout',
    files: { length: 0 },
  });
});

t.test('with --output FILE nothing but a terminal gets the summary on stdout', async (t) => {
  const options = { output: '/r.json', format: [] };
  t.match(plan(options, true, 'always'), { stdout: null, newFile: false, summary: 'stdout' });
  t.match(plan(options, false, 'always'), { stdout: null, newFile: false, summary: 'stderr' });
  t.strictSame(plan(options, true, 'always').files, [{ format: 'json', path: '/r.json' }]);
});

t.test('a report on stdout moves the summary to stderr', async (t) => {
  for (const terminal of [true, false]) {
    t.match(plan({ output: '-', format: [] }, terminal, 'always'), {
      stdout: 'json',
      summary: 'stderr',
      newFile: false,
    });
    const text = { output: null, format: [{ format: 'text', file: '-' }] } as const;
    t.match(plan(text, terminal, 'always'), { stdout: 'text', summary: 'stderr', newFile: false });
  }
});

t.test('--format: a JSON file stores the report, a text file does not', async (t) => {
  const json = { output: null, format: [{ format: 'json', file: '/r.json' }] } as const;
  t.match(plan(json, false, 'always'), { stdout: null, newFile: false });
  const text = { output: null, format: [{ format: 'text', file: '/r.txt' }] } as const;
  t.match(plan(text, false, 'always'), { stdout: 'json', newFile: false });
  t.match(plan(text, true, 'always'), { stdout: null, newFile: true });
});

t.test('the demo shows its summary and writes a report only on request', async (t) => {
  for (const terminal of [true, false]) {
    t.match(plan(nothing, terminal, 'on-request'), { stdout: null, newFile: false, summary: 'stdout' });
    t.match(plan({ output: '-', format: [] }, terminal, 'on-request'), {
      stdout: 'json',
      summary: 'stderr',
    });
  }
});

t.test('a report stored in the state folder needs no other output', async (t) => {
  for (const terminal of [true, false]) {
    const planned = plan({ ...nothing, state: '/var/lib/apim-probe' }, terminal, 'always');
    t.match(planned, { stdout: null, newFile: false, summary: terminal ? 'stdout' : 'stderr', files: [] });
  }
  const asked = plan({ output: '-', format: [], state: '/var/lib/apim-probe' }, false, 'always');
  t.equal(asked.stdout, 'json');
});

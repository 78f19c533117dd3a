import t from 'tap';
import { planOutputs } from '../../src/cli/outputs.ts';

const nothing = { output: null, format: [] } as const;

t.test('without --output: JSON on stdout, or a new file when stdout is a terminal', async (t) => {
  t.match(planOutputs(nothing, false, 'always'), {
    stdout: 'json',
    kept: false,
    summary: 'stderr',
    files: { length: 0 },
  });
  t.match(planOutputs(nothing, true, 'always'), {
    stdout: null,
    kept: true,
    summary: 'stdout',
    files: { length: 0 },
  });
});

t.test('with --output FILE nothing but a terminal gets the summary on stdout', async (t) => {
  const options = { output: '/r.json', format: [] };
  t.match(planOutputs(options, true, 'always'), { stdout: null, kept: false, summary: 'stdout' });
  t.match(planOutputs(options, false, 'always'), { stdout: null, kept: false, summary: 'stderr' });
  t.strictSame(planOutputs(options, true, 'always').files, [{ format: 'json', path: '/r.json' }]);
});

t.test('a report on stdout drives the summary to stderr', async (t) => {
  for (const terminal of [true, false]) {
    t.match(planOutputs({ output: '-', format: [] }, terminal, 'always'), {
      stdout: 'json',
      summary: 'stderr',
      kept: false,
    });
    const text = { output: null, format: [{ format: 'text', file: '-' }] } as const;
    t.match(planOutputs(text, terminal, 'always'), { stdout: 'text', summary: 'stderr', kept: false });
  }
});

t.test('--format: a JSON file is the report kept, a text file is not', async (t) => {
  const json = { output: null, format: [{ format: 'json', file: '/r.json' }] } as const;
  t.match(planOutputs(json, false, 'always'), { stdout: null, kept: false });
  const text = { output: null, format: [{ format: 'text', file: '/r.txt' }] } as const;
  t.match(planOutputs(text, false, 'always'), { stdout: 'json', kept: false });
  t.match(planOutputs(text, true, 'always'), { stdout: null, kept: true });
});

t.test('the demo shows its summary and keeps nothing unasked', async (t) => {
  for (const terminal of [true, false]) {
    t.match(planOutputs(nothing, terminal, 'on-request'), { stdout: null, kept: false, summary: 'stdout' });
    t.match(planOutputs({ output: '-', format: [] }, terminal, 'on-request'), {
      stdout: 'json',
      summary: 'stderr',
    });
  }
});

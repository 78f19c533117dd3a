/** Effective options as the report holds them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { reportedOptions } from '../../src/config/effective.ts';
import type { Flags } from '../../src/config/layers.ts';
import { load } from '../../src/config/load.ts';
import { FILE_KEYS } from '../../src/config/options.ts';
import * as readers from '../../src/config/readers.ts';
import { Report } from '../../src/model/report.ts';

t.test('every option has its value and the kind of its origin', async (t) => {
  const cwd = t.testdir({});
  writeFileSync(join(cwd, 'config.yaml'), 'attempts: 2\nstorage: [one, two]\n');
  writeFileSync(join(cwd, 'upload-url'), 'https://h.example/x');
  const options = reportedOptions(
    load(
      {
        flags: { timeout: ['300'], color: false, target: ['tcp://a.example:1'], only: ['custom'] },
        env: { APIM_PROBE_UNITS: '3', CREDENTIALS_DIRECTORY: cwd },
        cwd,
        systemConfig: join(cwd, 'config.yaml'),
      },
      readers,
    ),
  );
  Report.shape.options.parse(options);
  t.strictSame(Object.keys(options), [...FILE_KEYS, 'config', 'scenario'], 'all of them, in one order');
  t.match(options, {
    timeout: { value: 300, from: 'flag' },
    color: { value: false, from: 'flag' },
    target: { value: ['tcp://a.example:1'], from: 'flag' },
    only: { value: ['custom'], from: 'flag' },
    units: { value: 3, from: 'variable' },
    attempts: { value: 2, from: 'file' },
    storage: { value: ['one', 'two'], from: 'file' },
    uploadFile: { value: join(cwd, 'upload-url'), from: 'file' },
    deadline: { value: 60_000, from: 'default' },
    vip: { value: null, from: 'default' },
    sql: { value: [], from: 'default' },
    config: { value: join(cwd, 'config.yaml'), from: 'default' },
    scenario: { value: null, from: 'default' },
  });
});

t.test('the config file is an option as well', async (t) => {
  const cwd = t.testdir({ 'mine.yaml': 'attempts: 2' });
  const of = (flags: Flags, env = {}) =>
    reportedOptions(load({ flags, env, cwd, systemConfig: join(cwd, 'none') }, readers))['config'];
  const value = join(cwd, 'mine.yaml');
  t.strictSame(of({ config: ['mine.yaml'] }), { value, from: 'flag' });
  t.strictSame(of({}, { APIM_PROBE_CONFIG: './mine.yaml' }), { value, from: 'variable' });
  t.strictSame(of({ config: false }), { value: null, from: 'flag' });
  t.strictSame(of({}), { value: null, from: 'default' });
});

t.test('NO_COLOR is a variable, and the scenario of a demo a flag', async (t) => {
  const cwd = t.testdir({});
  const env = { NO_COLOR: '1' };
  const preset = { origin: 'scenario healthy', values: { apim: 'labapim' } };
  t.match(reportedOptions(load({ flags: {}, env, cwd, preset }, readers)), {
    color: { value: false, from: 'variable' },
    apim: { value: 'labapim', from: 'flag' },
    scenario: { value: 'healthy', from: 'flag' },
    config: { value: null, from: 'default' },
    sql: { value: [], from: 'default' },
  });
});

t.test('secrets are masked, and a command is never shown', async (t) => {
  const cwd = t.testdir({});
  const options = reportedOptions(
    load(
      {
        flags: { label: ['hook=https://me:CANARY@h.example/?sig=CANARY'] },
        env: {
          APIM_PROBE_ON_CHANGE: ': curl -u me:CANARY https://hooks.example',
          APIM_PROBE_UPLOAD: 'https://user:CANARY@h.example/in?code=CANARY',
        },
        cwd,
        systemConfig: join(cwd, 'none'),
      },
      readers,
    ),
  );
  t.match(options, {
    label: { value: ['hook=https://***@h.example/?sig=***'], from: 'flag' },
    onChange: { value: '***', from: 'variable' },
    upload: { value: 'https://h.example/in?…', from: 'variable' },
  });
  t.notMatch(JSON.stringify(options), /CANARY|hooks/);
});

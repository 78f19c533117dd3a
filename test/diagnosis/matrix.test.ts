import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { judge } from '../../bench/diagnosis/judge.ts';
import { rowsOf } from '../../bench/diagnosis/play.ts';
import type { Expected } from '../../bench/diagnosis/situation.ts';
import { CHAPTERS } from '../../bench/diagnosis/situations/index.ts';
import { CAUSE_TEXTS } from '../../src/diagnosis/causes.ts';
import { SCENARIOS } from '../../src/lab/index.ts';
import { CAUSES } from '../../src/model/vocabulary.ts';
import { finding, report, target } from '../report/samples.ts';

const ROOT = join(import.meta.dirname, '../..');
const ROWS = rowsOf(CHAPTERS, { only: [], oneShape: false });

/** The text of every TypeScript file in a folder. */
async function textOf(folder: string): Promise<string> {
  const names = (await readdir(join(ROOT, folder))).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(names.map((name) => readFile(join(ROOT, folder, name), 'utf8')));
  return texts.join('\n');
}

t.test('every cause has a rule, a scenario and a text', async (t) => {
  const rules = await textOf('src/diagnosis/rules');
  const scenarios = await textOf('test/scenarios');
  const played = new Set<string>([
    ...ROWS.flatMap(({ shape }) => shape.expected.causes.slice(0, 1)),
    ...SCENARIOS.flatMap(({ expected }) => expected.causes),
  ]);
  for (const cause of CAUSES) {
    t.match(rules, `'${cause}'`, `${cause}: a rule`);
    t.ok(played.has(cause) || scenarios.includes(`'${cause}'`), `${cause}: a scenario`);
    t.ok(CAUSE_TEXTS[cause].explanation.length > 0, `${cause}: a text`);
  }
});

t.test('the matrix is as large as it is meant to be', async (t) => {
  const count = (kind: string) =>
    CHAPTERS.filter((chapter) => chapter.kind === kind).flatMap(({ situations }) => situations).length;
  t.ok(count('fault') >= 80, `${count('fault')} faults`);
  t.ok(count('healthy') >= 16, `${count('healthy')} healthy networks`);
  const ids = ROWS.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, 'each row has an id of its own');
});

t.test('a run is right only when nothing about it is wrong', async (t) => {
  const HOST = 'contoso-probe.database.windows.net';
  const lost = { status: 'unreachable', failure: 'tcp_timeout', cause: 'outbound-dropped' } as const;
  const sql = target('sql', HOST, 1433, lost);
  const vault = target('key-vault', 'contoso-probe.vault.azure.net', 443);
  const found = finding({ cause: 'outbound-dropped', evidence: [sql.id], owner: 'network' });
  const expected: Expected = {
    causes: ['outbound-dropped'],
    explains: { groups: ['sql'] },
    verdict: 'blocked',
    owner: 'network',
    text: /1433/,
  };
  const blocked = report({ targets: [sql, vault], findings: [found], verdict: 'blocked' });
  const problems = (changes: Parameters<typeof report>[0], truth: Partial<Expected> = {}, code = 1) =>
    judge({ code, report: { ...blocked, ...changes } }, { ...expected, ...truth }, () => '20.33.0.5')
      .problems;

  t.same(problems({}), []);
  t.same(problems({}, { explains: { addresses: ['20.33.0.5'], hosts: [HOST] } }), [], 'chosen by address');
  t.same(problems({ verdict: 'degraded' }), ['verdict degraded', 'exit code 1']);
  t.same(problems({}, {}, 0), ['exit code 0']);
  t.same(problems({ findings: [] }), ['no finding']);
  t.same(problems({}, { owner: 'vm' }), ['owner network']);
  t.same(problems({}, { text: /AzureKeyVault/ }), ['the text lacks /AzureKeyVault/']);
  t.same(problems({}, { causes: ['no-route'] }), [
    'outbound-dropped is named first',
    '1 target blamed wrongly',
    '1 target not explained',
  ]);
  t.same(problems({}, { causes: [], explains: 'none' }), [
    'outbound-dropped is named first',
    '1 target blamed wrongly',
  ]);
  const other = finding({ cause: 'intermittent-loss', severity: 'warning', evidence: [] });
  t.same(problems({ findings: [found, other] }), ['also intermittent-loss']);
  t.same(problems({ findings: [found, other] }, { also: ['intermittent-loss'] }), []);
  t.same(problems({ findings: [found, found] }), ['stated 2 times']);
  t.same(problems({ targets: [sql, { ...vault, ...lost }] }), ['1 target blamed wrongly']);
  t.same(problems({}, { explains: 'all' }), ['1 target not explained']);
  t.same(problems({}, { isInformation: true }), ['as error']);
  t.same(problems({ findings: [{ ...found, severity: 'info' }] }, { isInformation: true }), []);
});

/** docs/truth.md is that of the last run, as far as it can be told without one; and what fails such a run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkOutcomes, withoutAgreeing } from '../../bench/truth/check.ts';
import { disagreementTable, renderPage } from '../../bench/truth/print.ts';
import { SUITES } from '../../bench/truth/suites.ts';
import type { Disagreement } from '../../bench/truth/types.ts';
import { textOf } from './markdown.ts';
import { ROOT } from './pages.ts';

const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, 'bench/truth', name), 'utf8'));
const table = read('disagreements.json') as readonly Disagreement[];
const page = textOf('docs/truth.md');

t.test('the page has every suite, and the disagreements of the table with their reasons', async (t) => {
  for (const { name, title } of SUITES) {
    const own = table.filter(({ suite }) => suite === name);
    const section = page.split(/^(?=## )/m).find((part) => part.startsWith(`## ${title}\n`)) ?? '';
    t.ok(section.includes(disagreementTable(own)), `${name}: run "npm run bench:truth -- --write"`);
    const [, cases, agree, disagree] =
      new RegExp(`^\\| \\[${title}\\]\\(.*?\\) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|$`, 'm').exec(page) ?? [];
    t.equal(Number(disagree), own.flatMap((entry) => entry.cases).length, name);
    t.equal(Number(agree), Number(cases) - Number(disagree), name);
  }
  t.equal(page, renderPage(SUITES, [], page), 'nothing else is in it');
});

t.test('the page counts the cases of the fixtures', async (t) => {
  for (const [name, file] of [
    ['chains', 'chains'],
    ['replies', 'replies'],
    ['servers', 'tls-servers'],
    ['situations', 'situations'],
  ] as const) {
    const title = SUITES.find((suite) => suite.name === name)?.title;
    const cases = read(`fixtures/${file}.json`) as unknown[];
    t.match(page, new RegExp(`^\\| \\[${title}\\]\\(.*?\\) \\| ${cases.length} \\|`, 'm'), name);
  }
});

t.test('every disagreement has a reason, in the table of a suite that is there', async (t) => {
  for (const { suite, reason, cases } of table) {
    t.ok(SUITES.some(({ name }) => name === suite));
    t.ok(reason.length > 20 && cases.length > 0, reason);
  }
});

const outcome = (id: string, got: string, expected = 'accepted') => ({
  ...{ id, expected, got },
  agrees: got === expected,
});
const known: Disagreement = { suite: 's', cases: ['a'], got: 'rejected', reason: 'since' };

t.test('what fails a run', async (t) => {
  const problems = (...parts: Parameters<typeof checkOutcomes>) => checkOutcomes(...parts).problems;
  t.strictSame(problems([outcome('a', 'rejected'), outcome('b', 'accepted')], [known]), []);
  t.match(problems([outcome('a', 'rejected')], []), [/^a: expected “accepted”, got “rejected”.*no reason/]);
  t.match(problems([outcome('a', 'accepted')], [known]), [/^a: it agrees now/]);
  t.match(problems([outcome('a', 'crashed')], [known]), [
    /^a: .*got “crashed”, and the table has “rejected”/,
  ]);
  t.match(problems([outcome('b', 'accepted')], [known]), [/^a: .*no such case/]);
  t.match(problems([outcome('b', 'accepted'), outcome('b', 'accepted')], []), [/^b: two cases/]);
});

t.test('--write takes out what agrees now, and adds nothing', async (t) => {
  const two = { ...known, cases: ['a', 'b'] };
  const other = { ...known, suite: 'other' };
  const outcomes = [outcome('a', 'accepted'), outcome('b', 'rejected'), outcome('c', 'rejected')];
  t.strictSame(withoutAgreeing([two, other], 's', outcomes), [{ ...known, cases: ['b'] }, other]);
  t.strictSame(withoutAgreeing([known], 's', outcomes), []);
});

import t from 'tap';
import { FAILURES } from '../../probes/failures.ts';
import { CAUSE_TEXTS } from '../../src/diagnosis/causes.ts';
import { FAILURE_TEXTS } from '../../src/diagnosis/failures.ts';
import { CAUSES, OWNERS } from '../../src/model/vocabulary.ts';
import { publicHostNames } from '../../src/plan/public-names.ts';

t.test('every cause can be explained', async (t) => {
  const names = publicHostNames();
  t.same(Object.keys(CAUSE_TEXTS).sort(), [...CAUSES].sort());
  for (const cause of CAUSES) {
    const { title, explanation, recognisedBy, owner, remedy, reference } = CAUSE_TEXTS[cause];
    t.ok(title.length > 0 && title.length <= 80 && !title.endsWith('.'), `${cause}: a heading`);
    for (const sentence of [explanation, recognisedBy, ...remedy]) {
      t.match(sentence, /^[A-Z0-9].*[.]$/su, `${cause}: whole sentences: ${sentence}`);
    }
    t.ok(remedy.length > 0 && reference.length > 0, `${cause}: what to do and what to read`);
    t.ok(OWNERS.includes(owner));
    for (const document of reference.split('; ')) {
      const [, url = ''] = /^\S.*: (https:\/\/\S+)$/.exec(document) ?? [];
      t.ok(URL.canParse(url), `${cause}: an address: ${document}`);
      t.ok(names.has(new URL(url).hostname), `${cause}: readable at the strict level: ${url}`);
    }
  }
});

t.test('every failure can be explained', async (t) => {
  t.same(Object.keys(FAILURE_TEXTS).sort(), [...FAILURES].sort());
  for (const failure of FAILURES) {
    const { means, next } = FAILURE_TEXTS[failure];
    t.match(means, /^[A-Z].*[.]$/su, failure);
    t.match(next, /^[A-Z].*[.]$/su, failure);
  }
});

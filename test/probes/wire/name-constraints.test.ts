import t from 'tap';
import { findForbiddenName, generalNameText } from '../../../probes/wire/name-constraints.ts';

/** Tags of GeneralName (RFC 5280 section 4.2.1.6). */
const TAGS = { other: 0xa0, email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const;
type Form = keyof typeof TAGS;

const name = (form: Form, text: string) => {
  const content = Buffer.from(text, form === 'ip' ? 'hex' : 'latin1');
  return { tag: TAGS[form], content };
};
const LARGE = { comparisons: 1_000_000 };

/** Form, constraint, name, and whether a CA may issue for it where the constraint permits, and where it excludes. */
const CASES: readonly (readonly [Form, string, string, boolean, boolean])[] = [
  ['dns', 'example.com', 'example.com', true, false],
  ['dns', 'example.com', 'WWW.Example.COM', true, false],
  ['dns', 'example.com', 'badexample.com', false, true],
  ['dns', '.example.com', 'www.example.com', true, false],
  ['dns', '.example.com', 'example.com', false, true],
  ['dns', '', 'anything.test', true, false],
  ['dns', 'example.com', '*.example.com', true, false],
  ['dns', 'www.example.com', '*.example.com', false, false],
  ['dns', 'a.www.example.com', '*.example.com', false, true],
  ['dns', 'com', '*.com', true, false],
  ['dns', '*.example.com', 'www.example.com', false, false],
  ['dns', 'example.com', 'not a host', false, false],
  ['email', 'example.com', 'one@example.com', true, false],
  ['email', 'example.com', 'one@host.example.com', false, true],
  ['email', '.example.com', 'one@host.example.com', true, false],
  ['email', 'one@example.com', 'One@example.com', true, false],
  ['email', 'one@example.com', 'other@example.com', false, true],
  ['email', 'example.com', 'no mailbox', false, false],
  ['uri', 'example.com', 'https://example.com:8443/path', true, false],
  ['uri', '.example.com', 'https://www.example.com/', true, false],
  ['uri', 'example.com', 'https://other.test/', false, true],
  ['uri', 'example.com', 'urn:example', false, false],
  ['uri', 'example.com', 'https://10.0.0.1/', false, false],
  ['ip', '0a000000ff000000', '0a010203', true, false],
  ['ip', '0a000000ff000000', '0b010203', false, true],
  ['ip', '0a000000ff000000', `fd${'00'.repeat(15)}`, false, true],
  ['ip', `fd${'00'.repeat(15)}ff${'00'.repeat(15)}`, `fd01${'00'.repeat(14)}`, true, false],
  ['ip', '0a000000ff00ff00', '0a000001', false, false],
  ['ip', '0a000000', '0a000000', false, false],
  ['ip', '0a000000ff000000', '0a00', false, false],
  ['other', 'x', 'x', false, false],
];

t.test('each form of name', async (t) => {
  for (const [form, constraint, text, whenPermitted, whenExcluded] of CASES) {
    const bases = [name(form, constraint)];
    const mayIssue = (constraints: Parameters<typeof findForbiddenName>[1]) =>
      findForbiddenName([name(form, text)], constraints, { ...LARGE }) === null;
    const told = `${form}: ${constraint} and ${text}`;
    t.equal(mayIssue({ permitted: bases, excluded: [] }), whenPermitted, `${told}, permitted`);
    t.equal(mayIssue({ permitted: [], excluded: bases }), whenExcluded, `${told}, excluded`);
  }
});

t.test('constraints of another form do not count, and one permitted subtree is enough', async (t) => {
  const names = [name('dns', 'www.example.com'), name('email', 'one@other.test')];
  const permitted = [name('dns', 'example.org'), name('dns', 'example.com')];
  t.equal(
    findForbiddenName(names, { permitted, excluded: [name('ip', '0a000000ff000000')] }, { ...LARGE }),
    null,
  );
});

t.test('many names and many constraints cost a bounded number of comparisons', async (t) => {
  const names = Array.from({ length: 2000 }, (_, at) => name('dns', `t${at}.test`));
  const excluded = Array.from({ length: 2000 }, (_, at) => name('dns', `x${at}.test`));
  const allowance = { comparisons: 50_000 };
  t.match(findForbiddenName(names, { permitted: [], excluded }, allowance), { tag: TAGS.dns });
  t.ok(allowance.comparisons < 0);
  t.equal(findForbiddenName(names, { permitted: [], excluded: [] }, allowance), names[0]);
});

t.test('names as text', async (t) => {
  t.equal(generalNameText(name('dns', 'WWW.example.com')), 'www.example.com');
  t.equal(generalNameText(name('ip', '0a010203')), '10.1.2.3');
  t.equal(generalNameText(name('ip', `fd${'00'.repeat(15)}`)), 'fd00:0000:0000:0000:0000:0000:0000:0000');
  t.equal(generalNameText(name('other', 'x')), 'a name of another form');
});

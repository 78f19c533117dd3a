/** test/system/resolver-files.test.ts holds the same reader against getent. */
import fc from 'fast-check';
import t from 'tap';
import { asksDns, hostSources, parseNsswitch } from '../../src/environment/nsswitch.ts';

const names = ({ sources }: ReturnType<typeof parseNsswitch>) => sources.map(({ name }) => name);

for (const [what, text, sources, reaches] of [
  ['as Debian has it', 'passwd: files\nhosts:          files dns\n', ['files', 'dns'], true],
  [
    'with a condition for other names',
    'hosts: files mdns4_minimal [NOTFOUND=return] dns myhostname\n',
    ['files', 'mdns4_minimal', 'dns', 'myhostname'],
    true,
  ],
  ['systemd-resolved', 'hosts: files resolve [!UNAVAIL=return]\n', ['files', 'resolve'], true],
  ['the other way round', '  hosts:\tdns files\r\n', ['dns', 'files'], true],
  ['without a line for hosts', 'passwd: files\n', ['files', 'dns'], true],
  ['commented out', '#hosts: dns\n', ['files', 'dns'], true],
  ['the last line', 'hosts: dns\nhosts: files\n', ['files'], false],
  ['files alone', 'hosts: files myhostname\n', ['files', 'myhostname'], false],
  ['final after the hosts file', 'hosts: files [NOTFOUND=return] dns\n', ['files', 'dns'], false],
  ['with an empty line for hosts', 'hosts:\n', [], false],
  ['with an unreadable action', 'passwd: files [FOO=bar]\nhosts: files dns\n', [], false],
] as const) {
  t.test(what, async (t) => {
    const read = parseNsswitch(text);
    t.same(names(read), sources);
    t.equal(asksDns(read.sources), reaches);
  });
}

t.test('the line that decides is reported', async (t) => {
  t.equal(parseNsswitch('hosts: files\n hosts:\tdns  # x\n').line, 'hosts:\\u{9}dns  # x');
  t.equal(parseNsswitch('shadow: files [X=y]\nhosts: dns\n').line, 'shadow: files [X=y]');
  t.equal(parseNsswitch('').line, null);
});

t.test('actions', async (t) => {
  const [first] = parseNsswitch('hosts: files [!SUCCESS=return notfound=Continue] dns\n').sources;
  t.same(first?.actions, {
    ...{ SUCCESS: 'return', NOTFOUND: 'continue', UNAVAIL: 'return', TRYAGAIN: 'return' },
  });
});

t.test('any file is read, in time', async () => {
  const word = fc.oneof(
    fc.constantFrom('hosts:', 'files', 'dns', '[', ']', '!', 'NOTFOUND=', 'return'),
    fc.string(),
  );
  const text = fc
    .array(fc.array(word).map((words) => words.join(' ')))
    .map((lines) => `${lines.join('\n')}\n`);
  fc.assert(
    fc.property(text, (text) => {
      const { sources, line } = parseNsswitch(text);
      return sources.length <= Math.max(2, text.length) && (line ?? '').length <= 400;
    }),
  );
  parseNsswitch(`hosts: ${'files [NOTFOUND=return] '.repeat(50_000)}\n`);
  parseNsswitch(`hosts: files [${' '.repeat(200_000)}x\n`);
});

t.test('without the file the order is glibc’s default', async (t) => {
  t.same(names(await hostSources(`${t.testdir({})}/nsswitch.conf`)), ['files', 'dns']);
});

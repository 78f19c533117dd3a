import t from 'tap';
import { hostSources, parseNsswitch } from '../../src/environment/nsswitch.ts';

for (const [what, text, sources] of [
  ['as Debian has it', 'passwd: files\nhosts:          files dns\n', ['files', 'dns']],
  [
    'with conditions',
    'hosts: files mdns4_minimal [NOTFOUND=return] dns myhostname # local first',
    ['files', 'mdns4_minimal', 'dns', 'myhostname'],
  ],
  ['the other way round', '  hosts:\tdns files\r\n', ['dns', 'files']],
  ['without a line for hosts', 'passwd: files\n', ['files', 'dns']],
  ['with an empty line for hosts', 'hosts:\n', ['files', 'dns']],
  ['commented out', '#hosts: dns\n', ['files', 'dns']],
] as const) {
  t.test(what, async (t) => t.same(parseNsswitch(text), sources));
}

t.test('without the file the order is glibc’s default', async (t) => {
  t.same(await hostSources(`${t.testdir({})}/nsswitch.conf`), ['files', 'dns']);
});

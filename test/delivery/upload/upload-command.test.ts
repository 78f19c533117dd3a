/** The printed command: what it names, and that the shell that it is pasted into reads it as it was meant. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import t from 'tap';
import { parseRedirect } from '../../../src/config/endpoints.ts';
import { load } from '../../../src/config/load.ts';
import * as readers from '../../../src/config/readers.ts';
import { uploadCommand } from '../../../src/delivery/upload/upload-command.ts';
import { anyText } from '../../any-text.ts';

const { options } = load({ flags: {}, env: {}, cwd: '/', systemConfig: '/nonexistent' }, readers);

t.test('sh reads each word as it is', (t) => {
  fc.assert(
    fc.property(anyText({ minLength: 1 }), (name) => {
      const folder = `/var/${name.replaceAll('\0', '').toWellFormed()}`;
      const command = uploadCommand(options, folder, 'linux').replace('apim-probe', `printf '%s\\0'`);
      const { stdout } = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
      t.strictSame(stdout.split('\0').slice(0, -1), ['upload', '--spool', folder]);
    }),
    { numRuns: 100 },
  );
  t.end();
});

t.test('a redirection is one that --connect-to accepts', async (t) => {
  const redirect = { host: 'fd00::1', port: 443, address: 'fd00::2', toPort: 8443 };
  const command = uploadCommand({ ...options, connectTo: [redirect] }, '/spool', 'win32');
  const [, text = ''] = /--connect-to "?([^" ]+)/.exec(command) ?? [];
  t.same(parseRedirect(text), redirect);
});

t.test('on Windows, arguments that PowerShell and cmd read alike, as far as possible', (t) => {
  for (const [folder, word] of [
    ['C:\\ProgramData\\apim-probe\\state', 'C:\\ProgramData\\apim-probe\\state'],
    ['C:\\Program Files\\probe', '"C:\\Program Files\\probe"'],
    ['D:\\my spool\\', '"D:\\my spool\\\\"'],
    ["C:\\O'Neil", '"C:\\O\'Neil"'],
    ['C:\\a,b;c', '"C:\\a,b;c"'],
    ['C:\\a&whoami', '"C:\\a&whoami"'],
    ['C:\\$(calc)', "'C:\\$(calc)'"],
    ["C:\\`$x'y", "'C:\\`$x''y'"],
    ['C:\\100%20', 'C:\\100%20'],
    ['C:\\a”; calc; “’', "'C:\\a”; calc; “’’'"],
  ] as const) {
    t.equal(uploadCommand(options, folder, 'win32'), `apim-probe upload --spool ${word}`);
  }
  t.end();
});

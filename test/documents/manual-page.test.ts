/** The manual page, as the programs that show such pages read it. */
import t from 'tap';
import { COMMAND_NAMES } from '../../src/cli/command.ts';
import { flagName, OPTION_KEYS, OPTIONS } from '../../src/config/options.ts';
import { consume, unlessInstalled } from '../report/consumers.ts';
import { manualPage } from './manual-page.ts';

const skip = unlessInstalled({ '/usr/bin/mandoc': 'mandoc', '/usr/bin/groff': 'groff-base' });

/** A date would be another one with each build. */
const NO_DATE = /WARNING: missing date/;

t.test('mandoc and groff have nothing to say', { skip }, async (t) => {
  const { out } = consume('mandoc', ['-Tlint', '-Wwarning'], manualPage());
  t.strictSame(
    out.split('\n').filter((line) => line !== '' && !NO_DATE.test(line)),
    [],
  );
  t.match(consume('groff', ['-ww', '-man', '-Tutf8', '-z'], manualPage()), { code: 0, err: '' });
});

t.test('a reader sees every command and option', { skip }, async (t) => {
  const { out } = consume('mandoc', ['-Tutf8', '-Owidth=500'], manualPage());
  // Bold is written twice, with a backspace between.
  const text = out.replace(new RegExp(`.${'\b'}`, 'g'), '');
  t.match(text, /^ +apim-probe - tests whether Azure API Management can run in this subnet/m);
  for (const name of COMMAND_NAMES) t.match(text, new RegExp(`^ +apim-probe \\[?${name}\\b`, 'm'), name);
  for (const key of OPTION_KEYS) {
    const { off, value } = OPTIONS[key];
    const flag = `--${off === undefined ? '' : 'no-'}${flagName(key)}${value === null ? '' : ` ${value}`}`;
    t.ok(text.includes(`       ${flag}\n`), flag);
  }
  t.match(text, 'the VM’s own', 'characters beyond ASCII are shown');
  t.match(text, /^ +129-131, 143$/m);
});

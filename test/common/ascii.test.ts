import t from 'tap';
import { toAscii, wantsAscii } from '../../src/common/ascii.ts';
import { columns } from '../../src/common/text-lines.ts';

t.test('the locale decides, in the order of POSIX; TERM and Windows Terminal as well', async (t) => {
  for (const [env, ascii] of [
    [{ LANG: 'C.UTF-8' }, false],
    [{ LANG: 'en_US.utf8' }, false],
    [{ LANG: 'de_DE.UTF-8@euro' }, false],
    [{ LANG: 'C' }, true],
    [{ LANG: 'de_DE.ISO-8859-1' }, true],
    [{ LC_ALL: 'POSIX', LC_CTYPE: 'C.UTF-8', LANG: 'C.UTF-8' }, true],
    [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, false],
    [{ LC_CTYPE: 'C', LANG: 'C.UTF-8' }, true],
    [{}, true],
    [{ WT_SESSION: '1' }, false],
    [{ LANG: 'C.UTF-8', TERM: 'xterm-256color' }, false],
    [{ LANG: 'C.UTF-8', TERM: 'dumb' }, true],
    [{ LANG: 'C.UTF-8', TERM: 'linux' }, true],
  ] as const)
    t.equal(wantsAscii(env), ascii, JSON.stringify(env));
});

t.test('every text has a form in ASCII that is as wide', async (t) => {
  for (const [text, ascii] of [
    ['✓ ✗ ! ? i', '+ x ! ? i'],
    ['the service’s “own” page – or not…', 'the service\'s "own" page - or not...'],
    ['Zürich, cafe\u0301', 'Zurich, cafe'],
    ['証明書', '??????'],
    ['ﬁ', '?'],
    ['\u001b[31mred\u001b[39m\n', '\u001b[31mred\u001b[39m\n'],
  ] as const) {
    t.equal(toAscii(text), ascii);
    t.equal(columns(ascii.trimEnd()), columns(text.trimEnd()), text);
  }
});

import t from 'tap';
import { defectText, wantsStack } from '../../src/cli/defect.ts';

t.test('the details are asked for by the option, or where a command has none by the variable', async (t) => {
  for (const [argv, env, wanted] of [
    [['run', '--log-level', 'debug'], {}, true],
    [['run', '--log-level=trace'], {}, true],
    [['run', '--log-level', 'info'], {}, false],
    [['upload'], { APIM_PROBE_LOG_LEVEL: 'debug' }, true],
    [['upload'], { APIM_PROBE_LOG_LEVEL: 'warn' }, false],
    [['upload'], {}, false],
  ] as const)
    t.equal(wantsStack(argv, env), wanted, JSON.stringify([argv, env]));
});

t.test('a defect says how to get its details, once', async (t) => {
  const defect = new TypeError('x is not a function');
  const short = defectText(defect, false);
  const [, level = ''] = /variable (APIM_PROBE_LOG_LEVEL=debug)/.exec(short) ?? [];
  t.match(short, /\nTypeError: x is not a function$/);
  const [name = '', value] = level.split('=');
  t.ok(wantsStack(['upload'], { [name]: value }), 'what it says is what asks for them');
  const whole = defectText(defect, true);
  t.match(whole, /\nTypeError: x is not a function\n\s+at /);
  t.notMatch(whole, /Run it again/);
});

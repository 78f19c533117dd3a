/** `apim-probe demo` on a system that does not support the scenario. */
import t from 'tap';
import { UsageError } from '../../src/common/usage-error.ts';
import { NotSilentError, SCENARIOS } from '../../src/lab/index.ts';
import { capture } from './harness.ts';

t.test('a scenario that does not work on this system is not a defect', async (t) => {
  const lab = {
    NotSilentError,
    SCENARIOS,
    startLab: () => Promise.reject(new NotSilentError('nothing on it can be silent')),
  };
  const { demo } = (await t.mockImport('../../src/cli/demo.ts', {
    '../../src/lab/index.ts': lab,
    '../../src/config/usage-error.ts': { UsageError },
  })) as typeof import('../../src/cli/demo.ts');
  const io = capture({ cwd: t.testdir({}) });
  const call = { command: 'demo' as const, flags: {}, own: { scenario: 'forced-tunnel' }, positionals: [] };
  await t.rejects(demo(call, io), {
    constructor: UsageError,
    message: /--scenario forced-tunnel does not work here: nothing on it can be silent\. It works on Linux/,
  });
});

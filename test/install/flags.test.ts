/** What the schedules call is what the program understands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { commandDescription } from '../../src/cli/commands.ts';
import { flagName } from '../../src/config/options.ts';

const INSTALL = join(import.meta.dirname, '../../install');
const KNOWN = commandDescription('run').options.map(flagName);

/** Each file that starts a run, and the arguments that it starts it with. */
const CALLS = {
  'apim-probe.service': /^ExecStart=\S+ (run .*)$/m,
  'scheduled-run.sh': /"\$agent" (run .*) "\$@"/,
  'install.ps1': /\$arguments = "(run .*)"$/m,
} as const;

for (const [file, call] of Object.entries(CALLS)) {
  t.test(file, async (t) => {
    const found = call.exec(readFileSync(join(INSTALL, file), 'utf8'));
    const flags = [...(found?.[1] ?? '').matchAll(/--([a-z-]+)/g)].map(([, name]) => name ?? '');
    t.ok(flags.includes('state') && flags.includes('config'), 'it has options', { flags });
    t.strictSame(
      flags.filter((name) => !KNOWN.includes(name)),
      [],
      'each of which exists',
    );
  });
}

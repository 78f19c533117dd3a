import { defectText } from '../src/cli/defect.ts';
import { EXIT_DEFECT } from '../src/cli/exit-code.ts';
import { main } from '../src/cli/main.ts';

process.on('uncaughtException', (defect) => {
  // A run listens as well, and finishes its report first.
  if (process.listenerCount('uncaughtException') > 1) return;
  process.stderr.write(`${defectText(defect, false)}\n`);
  process.exit(EXIT_DEFECT);
});

/** Exit codes of signals are above it. */
const SIGNALLED = 128;

// Should the work come to nothing, never settled and nothing left to wait for, that must not pass for a success.
process.exitCode = EXIT_DEFECT;
main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  process,
}).then((code) => {
  process.exitCode = code;
  // Once stopped by a signal, a log that waits for a stalled reader holds up the end no longer.
  if (code > SIGNALLED) setTimeout(() => process.exit(code), 5000).unref();
});

import { defectText } from '../src/cli/defect.ts';
import { endProcess } from '../src/cli/end.ts';
import { EXIT_DEFECT } from '../src/cli/exit-code.ts';
import { main } from '../src/cli/main.ts';
import { restartInCleanEnvironment } from '../src/cli/restart.ts';

restartInCleanEnvironment();

// The runtime would open its inspector to everyone on this machine who can reach loopback.
process.on('SIGUSR1', () => {});

process.on('uncaughtException', (defect) => {
  // A run listens as well, and finishes its report first.
  if (process.listenerCount('uncaughtException') > 1) return;
  process.stderr.write(`${defectText(defect, false)}\n`);
  process.exit(EXIT_DEFECT);
});

// Should the work come to nothing, never settled and nothing left to wait for, that must not pass for a success.
process.exitCode = EXIT_DEFECT;
const io = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  process,
};
main(process.argv.slice(2), io).then((code) => endProcess(code, io));

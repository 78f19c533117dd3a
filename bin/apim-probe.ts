import { defectText, wantsStack } from '../src/cli/defect.ts';
import { endProcess } from '../src/cli/end.ts';
import { EXIT_DEFECT } from '../src/cli/exit-code.ts';
import { keepHeapSmall } from '../src/cli/heap.ts';
import { main } from '../src/cli/main.ts';
import { restartInCleanEnvironment } from '../src/cli/restart.ts';

restartInCleanEnvironment();
keepHeapSmall();

// By default the runtime opens its inspector on loopback, for every user of this machine.
process.on('SIGUSR1', () => {});

process.on('uncaughtException', (defect) => {
  // A run also listens, and finishes its report first.
  if (process.listenerCount('uncaughtException') > 1) return;
  process.stderr.write(`${defectText(defect, wantsStack(process.argv, process.env))}\n`);
  process.exit(EXIT_DEFECT);
});

// If the event loop ends before main() settles, the exit code must not be 0.
process.exitCode = EXIT_DEFECT;
const io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
  env: process.env,
  cwd: process.cwd(),
  process,
};
main(process.argv.slice(2), io).then((code) => endProcess(code, io));

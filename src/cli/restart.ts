/** Restarts the executable when variables of the runtime are set: they take effect before our code runs. */
import { isSea } from 'node:sea';
import { restartNote, runtimeVariablesIn, withoutRuntimeVariables } from '../config/runtime-variables.ts';

/**
 * Does nothing in a clean environment, or outside of the executable: there `bin/apim-probe` has done it, or the user
 * chose how to start the runtime. Otherwise does not return.
 */
export function restartInCleanEnvironment(): void {
  if (!isSea()) return;
  const names = runtimeVariablesIn(process.env);
  if (names.length === 0) return;
  process.stderr.write(`${restartNote(names)}\n`);
  const env = withoutRuntimeVariables(process.env);
  const args = process.argv.slice(2);
  if (process.platform !== 'win32') process.execve?.(process.execPath, [process.execPath, ...args], env);
  // Loaded here, because every start passes this file, and few come to this line.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { constants } = process.getBuiltinModule('node:os');
  const { status, signal } = spawnSync(process.execPath, args, { env, stdio: 'inherit', windowsHide: true });
  process.exit(status ?? 128 + (signal === null ? 0 : constants.signals[signal]));
}

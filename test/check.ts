/** `npm run check`: the scripts below side by side, each with its output in one piece. Fails when one of them does. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

const SCRIPTS = ['lint', 'types', 'unused', 'imports'] as const;

async function check(script: string): Promise<boolean> {
  // Each tool prints to one of the two and not to both, so their order among each other does not matter.
  const child = spawn(process.execPath, ['--run', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [code, out, err] = await Promise.all([
    new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve)),
    text(child.stdout),
    text(child.stderr),
  ]);
  process.stdout.write(`== npm run ${script}${code === 0 ? '' : ` FAILED (${code})`}\n${out}${err}`);
  return code === 0;
}

const passed = await Promise.all(SCRIPTS.map(check));
process.exitCode = passed.every(Boolean) ? 0 : 1;

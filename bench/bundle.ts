/** The agent as published, in a temporary folder that is removed when this process ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleInParts } from '../build/chunks.ts';
import { makeExecutable } from '../build/executable.ts';
import { oneFile } from '../build/one-file.ts';
import { runsHere, TARGETS } from '../build/targets.ts';

const folder = mkdtempSync(join(tmpdir(), 'apim-probe-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'bundle.mjs');

/** @returns the command that starts the one file for Node.js */
export async function bundle(): Promise<readonly [string, string]> {
  writeFileSync(file, await oneFile(await bundleInParts()));
  return [process.execPath, file];
}

/** @returns the command that starts this machine's single executable */
export async function executable(): Promise<readonly [string]> {
  const target = TARGETS.find(runsHere);
  if (target === undefined) throw new Error(`no executable is made for ${process.platform}-${process.arch}`);
  const output = join(folder, target.output);
  const program = await bundleInParts();
  await makeExecutable(target, { runtime: process.execPath, program, output, folder });
  return [output];
}

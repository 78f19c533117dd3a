/** The start of the one file. Any Node.js may parse it. */
import { createRequire } from 'node:module';
import { startProgram } from './loader.ts';

/** Put in by the build. */
declare const PARTS: Readonly<Record<string, string>>;
declare const ENTRY: string;
declare const OLDEST_NODE: string;

const EXIT_USAGE = 2;

/** Whether this runtime is too old: major and minor version are compared, as numbers. */
function isTooOld(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number);
  return major === oldestMajor ? minor < oldestMinor : major < oldestMajor;
}

if (isTooOld()) {
  process.stderr.write(
    `apim-probe: this file needs Node.js ${OLDEST_NODE} or later, and this is ${process.version}. Start it with a ` +
      'later one, or take the single executable, which brings its own.\nNo endpoint was contacted.\n',
  );
  process.exitCode = EXIT_USAGE;
} else {
  const partOf = (name: string) => ({ text: PARTS[name] ?? '', cachedData: undefined });
  startProgram(ENTRY, partOf, createRequire(import.meta.url), import.meta.url);
}

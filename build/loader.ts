/**
 * The start of the one file: it finds the parts of the program and runs each when it is first needed. Any Node.js may
 * parse it, so it uses only syntax that old versions know.
 */
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';

/** Put in by the build. */
declare const PARTS: Readonly<Record<string, string>>;
declare const ENTRY: string;
declare const OLDEST_NODE: string;

const PARAMETERS = ['require', 'module', 'exports', '__url'];
const EXIT_USAGE = 2;

const outside = createRequire(import.meta.url);
const loaded = new Map<string, { exports: unknown }>();

/** Our own parts are named as files beside this one; anything else is the runtime's. */
function load(name: string): unknown {
  if (!name.startsWith('./')) return outside(name);
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const text = PARTS[name.slice(2)] ?? '';
  const part = compileFunction(text, PARAMETERS, { filename: `apim-probe/${name.slice(2)}` });
  part(load, module, module.exports, import.meta.url);
  return module.exports;
}

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
  load(`./${ENTRY}`);
}

/**
 * Finds the parts of the program and runs each when it is first needed. Any Node.js may parse it, so it uses only
 * syntax that old versions know.
 */
import { compileFunction } from 'node:vm';

/** The parameters of a part. */
const PARAMETERS = ['require', 'module', 'exports', '__url'];

/** The end of the name of a file or an asset that holds V8's code of a part. */
export const CODE = '.v8';
/** The end of the name of an asset that holds a part packed with zstd. */
export const PACKED = '.zst';

export interface Part {
  /** The body of a function. */
  readonly text: string;
  /** What V8 made of this text; it compiles the text when this is missing, or of another V8 or other flags. */
  readonly cachedData: Buffer | undefined;
}

/**
 * Starts the program.
 * @param entry the name of its first part
 * @param outside loads the runtime's modules
 * @param url stands for `import.meta.url` in each part
 */
export function startProgram(
  entry: string,
  partOf: (name: string) => Part,
  outside: (name: string) => unknown,
  url: string,
): void {
  const loaded = new Map<string, { exports: unknown }>();
  /** Our own parts are named as files beside this one; anything else is the runtime's. */
  const load = (name: string): unknown => {
    if (!name.startsWith('./')) return outside(name);
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    compilePart(name.slice(2), partOf(name.slice(2)), false)(load, module, module.exports, url);
    return module.exports;
  };
  load(`./${entry}`);
}

/** @param produceCachedData whether V8 also leaves its code for a later start, in `cachedData` of the function */
export function compilePart(name: string, { text, cachedData }: Part, produceCachedData: boolean) {
  return compileFunction(text, PARAMETERS, { filename: `apim-probe/${name}`, cachedData, produceCachedData });
}

import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { BuildError } from './build-error.ts';

const FILE = /[\\/]node_modules[\\/]string-width[\\/]index\.js$/;
const EAGER = 'const segmenter = new Intl.Segmenter();';
const LAZY =
  'let made; const segmenter = { segment: (text) => (made ??= new Intl.Segmenter()).segment(text) };';

/**
 * Has string-width make its segmenter when it first measures a text. It makes it when it is loaded, which takes the
 * runtime a fifth of its own start, and most texts are measured without it.
 */
export const lazySegmenter: Plugin = {
  name: 'lazy-segmenter',
  setup(build) {
    build.onLoad({ filter: FILE }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes(EAGER)) throw new BuildError(`${path} makes its segmenter in another way.`);
      return { contents: text.replace(EAGER, LAZY) };
    });
  },
};

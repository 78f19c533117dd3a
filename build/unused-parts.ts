import type { Plugin } from 'esbuild';

const NAMESPACE = 'unused-parts';

/** Messages of zod in fifty languages: the program writes its own, and zod needs English alone. */
const LOCALES = /[\\/]node_modules[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/;
/** yargs lays out its own help with it; the program has help of its own. */
const LAYOUT = /^cliui$/;
/** What yargs needs of the system. Its parser, which the program takes from its helpers, does not. */
const SHIM = /[\\/]platform-shims[\\/]esm\.mjs$/;
const HELPERS = /[\\/]node_modules[\\/]yargs[\\/]helpers[\\/]helpers\.mjs$/;

/** Leaves out parts of packages that no call of the program reaches. A test sees that none does. */
export const unusedParts: Plugin = {
  name: NAMESPACE,
  setup(build) {
    build.onLoad({ filter: LOCALES }, () => ({ contents: `export { default as en } from './en.js';` }));
    build.onResolve({ filter: LAYOUT }, ({ path }) => ({ path, namespace: NAMESPACE }));
    build.onResolve({ filter: SHIM }, ({ path, importer }) =>
      HELPERS.test(importer) ? { path, namespace: NAMESPACE } : null,
    );
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: `export default () => { throw new Error('${path} was left out of this build'); };`,
    }));
  },
};

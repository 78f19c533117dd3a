import { isBuiltin } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'named-imports';
/** Any specifier but a relative path; the runtime's modules are recognised by name. */
const BARE = /^[@a-z]/;

/**
 * Gives `import('package')` the names that it has in Node.js. A CommonJS package that is loaded by `import()` becomes
 * a part that esbuild exports as `default` alone, and `const { Client } = await import('undici')` would get undefined.
 */
export const namedImports: Plugin = {
  name: NAMESPACE,
  setup(build) {
    build.onResolve({ filter: BARE }, ({ path, kind, resolveDir }) =>
      kind === 'dynamic-import' && !isBuiltin(path)
        ? { path, namespace: NAMESPACE, pluginData: resolveDir }
        : null,
    );
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path, pluginData }) => {
      const resolved = await build.resolve(path, {
        kind: 'import-statement',
        resolveDir: String(pluginData),
      });
      if (resolved.errors.length > 0) return { errors: resolved.errors };
      const names = Object.keys(await import(pathToFileURL(resolved.path).href)).filter((name) =>
        /^[\w$]+$/.test(name),
      );
      return {
        contents: `export { ${names.join(', ')} } from ${JSON.stringify(resolved.path)};`,
        resolveDir: String(pluginData),
      };
    });
  },
};

import type { Plugin } from 'esbuild';

const NAMESPACE = 'plain-assert';

/** Every assertion without a message gets this one. */
const MODULE = `
const runtime = require('node:assert');
const ok = (value, message = 'an assertion failed') => runtime.ok(value, message);
module.exports = Object.assign((value, message) => ok(value, message), runtime, { ok });
`;

/**
 * Keeps assertions of libraries what they are. For one without a message the runtime reads its source line to make
 * one, trips over a minified line, and throws a SyntaxError instead of the AssertionError.
 */
export const plainAssert: Plugin = {
  name: NAMESPACE,
  setup(build) {
    build.onResolve({ filter: /^(?:node:)?assert$/ }, ({ path, namespace }) =>
      namespace === NAMESPACE ? { path, external: true } : { path: 'assert', namespace: NAMESPACE },
    );
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, () => ({ contents: MODULE, loader: 'js' }));
  },
};

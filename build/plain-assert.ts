import type { Plugin } from 'esbuild';

const NAMESPACE = 'plain-assert';

/** Every assertion without a message gets this one. */
const MODULE = `
const runtime = require('node:assert');
const ok = (value, message = 'an assertion failed') => runtime.ok(value, message);
module.exports = Object.assign((value, message) => ok(value, message), runtime, { ok });
`;

/**
 * Makes assertions of libraries throw AssertionErrors. For one without a message the runtime parses its source line,
 * which fails on a minified line with a SyntaxError.
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

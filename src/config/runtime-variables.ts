/**
 * Variables that make the JavaScript runtime print, trust or load things that this program did not ask for. They are
 * often left over from another program, and must not change a verdict or expose an upload.
 */

/** The effect of each variable. bin/apim-probe has the same list. */
export const RUNTIME_VARIABLES = {
  NODE_OPTIONS: 'changes the runtime’s settings',
  NODE_DEBUG: 'prints what is sent, secrets included',
  NODE_DEBUG_NATIVE: 'prints what the runtime does',
  NODE_EXTRA_CA_CERTS: 'adds trusted certificates; --ca-file does it for this program',
  NODE_USE_SYSTEM_CA: 'adds trusted certificates; --ca-file does it for this program',
  NODE_TLS_REJECT_UNAUTHORIZED: 'turns certificate checks off',
  NODE_USE_ENV_PROXY: 'sends requests through a proxy',
  NODE_PATH: 'loads modules from another folder',
  NODE_REDIRECT_WARNINGS: 'writes to a file',
  NODE_V8_COVERAGE: 'writes to a folder',
  OPENSSL_CONF: 'changes TLS settings',
} as const;
type RuntimeVariable = keyof typeof RUNTIME_VARIABLES;

const NAMES = Object.keys(RUNTIME_VARIABLES) as readonly RuntimeVariable[];

/**
 * @returns the names of the variables that are set, in table order; ignores case on Windows
 */
export function runtimeVariablesIn(env: NodeJS.ProcessEnv, platform = process.platform): RuntimeVariable[] {
  const set = Object.keys(env).filter((name) => env[name] !== '');
  const names = new Set(platform === 'win32' ? set.map((name) => name.toUpperCase()) : set);
  return NAMES.filter((name) => names.has(name));
}

/** Returns the environment without these variables. */
export function withoutRuntimeVariables(
  env: NodeJS.ProcessEnv,
  platform = process.platform,
): NodeJS.ProcessEnv {
  const known = (name: string) => (platform === 'win32' ? name.toUpperCase() : name) in RUNTIME_VARIABLES;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !known(name)));
}

/** The note that the program prints before it restarts without them. */
export function restartNote(names: readonly string[]): string {
  return `note: ignores ${names.join(', ')}, which would change how Node.js behaves`;
}

import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import { redact } from '../delivery/redaction/redact.ts';
import { VERSION } from '../version.ts';

/** The variable of --log-level: every command reads it, and some do not have the option. */
const LEVEL = 'APIM_PROBE_LOG_LEVEL';

/**
 * Whether the details of a defect are wanted.
 * @param argv the raw arguments, because the option parser itself may have failed
 */
export function wantsStack(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const text = [...argv, env[LEVEL] ?? ''].join(' ');
  return /(?:--log-level[ =]|^|\s)(?:debug|trace)(?:\s|$)/.test(text);
}

/**
 * The message for an internal error.
 * @param stack whether to show where it happened
 * @returns text without a secret and without a final newline
 */
export function defectText(error: unknown, stack: boolean): string {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const shown = stack && error instanceof Error && error.stack !== undefined ? error.stack : detail;
  const hint = stack ? '' : ` Run it again with the variable ${LEVEL}=debug for the details to send.`;
  const text = `apim-probe: This is a defect in apim-probe ${VERSION}. Please report it.${hint}\n${shown}`;
  return hideKnownSecrets(redact(text));
}

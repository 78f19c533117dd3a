import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import { redact } from '../delivery/redaction/redact.ts';
import { VERSION } from '../version.ts';

/**
 * The message for an internal error.
 * @param stack whether to show where it happened
 * @returns text without a secret and without a final newline
 */
export function defectText(error: unknown, stack: boolean): string {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const shown = stack && error instanceof Error && error.stack !== undefined ? error.stack : detail;
  const hint = stack ? '' : ' Run it again with --log-level debug for the details to send.';
  const text = `apim-probe: This is a defect in apim-probe ${VERSION}. Please report it.${hint}\n${shown}`;
  return hideKnownSecrets(redact(text));
}

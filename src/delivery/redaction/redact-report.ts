/** The standard level for a whole report, straight from the probes. */
import { rememberUnchanged } from '../../common/change-texts.ts';
import { hideKnownSecrets } from './known-secrets.ts';
import { redact, redactValue } from './redact.ts';

/**
 * Removes what the rules find and the secrets that this process knows, from each text and key.
 * @returns the same report when it holds none
 */
export function redactReport<T>(report: T): T {
  // A memory of one call: another secret may become known after it.
  return redactValue(
    report,
    rememberUnchanged((text) => hideKnownSecrets(redact(text))),
  );
}

/** Which endpoints `--expect-private` means. Pure. */
import { isIP } from 'node:net';
import { GROUPS } from './vocabulary.ts';

/** Whether a value of the option, in lower case, means this endpoint: by group, host name, or name of a resource. */
export function isMeant(
  { group, host }: { readonly group: string; readonly host: string },
  value: string,
): boolean {
  if (isIP(host) !== 0) return false;
  if (isGroup(value)) return group === value;
  return host === value || (!value.includes('.') && host.startsWith(`${value}.`));
}

/** Whether a value of the option, in lower case, is the name of a group. */
export function isGroup(value: string): boolean {
  return GROUPS.some((group) => group === value);
}

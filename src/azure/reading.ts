/** The result of reading a file of Azure's JSON, and the problems that all readers describe alike. */
import type { z } from 'zod';
import { printable } from '../../probes/printable.ts';
import { SAVE_AGAIN } from '../common/json.ts';
import { RESOURCE_KINDS } from './documents/kinds.ts';
import { printCommand } from './documents/save-command.ts';
import type { ResourceDocument } from './documents/types.ts';
import type { NetworkStatus } from './network-status.ts';
import type { OutboundDependencies } from './outbound-dependencies.ts';

interface Page {
  /** The reply names a next page, which is not in this file. */
  readonly incomplete: boolean;
}

/** One of the two lists of endpoints. */
export type EndpointList = (NetworkStatus | OutboundDependencies) & Page;
export type AzureDocument = EndpointList | (ResourceDocument & Page);

/** A file of `--from`, read. */
export interface ImportedFile {
  /** Its name, without its folder. */
  readonly file: string;
  /** ms since the epoch: when it was written. */
  readonly savedAt: number;
  /** At least one. */
  readonly documents: readonly AzureDocument[];
}

export type Reading = { readonly ok: true; readonly documents: readonly AzureDocument[] } | Refused;

interface Refused {
  readonly ok: false;
  /** A predicate with the problem and what to do: “is an HTML page, …”. */
  readonly problem: string;
  /** Set when it is not even known what the file is. */
  readonly isUnknown?: true;
}

/** The reading of a file that is not used. */
export function refuse(problem: string): Refused {
  return { ok: false, problem };
}

const UNKNOWN = [
  'is JSON, but none of the documents of Azure that are read: a NetworkStatus reply (locations with connectivityStatus)',
  'outbound network dependencies (categories with endpoints)',
  ...RESOURCE_KINDS.map(({ title }) => title),
].join(', ');

/** Characters in which a file is searched for what it was to be. */
const SEARCHED = 4096;

/** How to save a file again that is not JSON, by the names in its beginning. */
export function adviceFor(text: string): string {
  const beginning = text.slice(0, SEARCHED).toLowerCase();
  const kind = RESOURCE_KINDS.find(
    ({ type, marks }) =>
      marks.some((names) => names.every((name) => beginning.includes(`"${name.toLowerCase()}"`))) ||
      (type !== null && beginning.includes(`"${type}"`)),
  );
  return kind === undefined ? SAVE_AGAIN : saveAgainAs(kind.kind);
}

/** The advice for a document of this kind that cannot be used. */
export function saveAgainAs(kind: ResourceDocument['kind']): string {
  return `save it again with: ${printCommand(kind)}`;
}

/** The reading of JSON that is not a document of Azure. */
export function refuseUnknown(): Refused {
  return { ok: false, problem: `${UNKNOWN}; ${SAVE_AGAIN}`, isUnknown: true };
}

export const EMPTY = `is an empty list, which shows nothing: name it locks.json if it lists locks, leave it out if no other list is right, or ${SAVE_AGAIN}, once the instance has been deployed`;
export const CUT_BY_POWERSHELL =
  'was cut by ConvertTo-Json, which keeps two levels; save it again with: ConvertTo-Json -Depth 10';

const SHOWN_DEFECTS = 3;
const SHOWN_LENGTH = 200;

/**
 * Names the first defects with their paths, as `jq` takes them.
 * @param where the path of what was read: `.value`, `[2]`, or empty for the whole file
 * @param what a predicate: “is a reply of Azure”
 * @param most after so many defects the rest was not read
 */
export function refuseDefects(
  { issues }: { readonly issues: readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[] },
  where: string,
  advice = SAVE_AGAIN,
  what = 'is a reply of Azure',
  most = Number.POSITIVE_INFINITY,
): Refused {
  const shown = issues
    .slice(0, SHOWN_DEFECTS)
    .map(({ path, message }) => `${jqPath(where, path)}: ${printable(message, SHOWN_LENGTH)}`);
  const left = issues.length - shown.length;
  const count = issues.length < most ? `${left} ` : '';
  const more = left > 0 ? `; and ${count}more` : '';
  return refuse(`${what} with defects (${shown.join('; ')}${more}); ${advice}`);
}

function jqPath(where: string, path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const whole = `${where}${steps}`;
  return whole.startsWith('.') ? whole : `.${whole}`;
}

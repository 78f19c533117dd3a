/** Azure's own lists, recognised by their shape. Pure: takes bytes, returns a document or a problem. */
import type { z } from 'zod';
import { printable } from '../../probes/printable.ts';
import { parseJson, SAVE_AGAIN, SAVE_OUTBOUND_AGAIN } from '../common/json.ts';
import { AllLocations, ByLocation, type NetworkStatus, networkStatus } from './network-status.ts';
import { Categories, type OutboundDependencies, outboundDependencies } from './outbound-dependencies.ts';

export type AzureDocument = (NetworkStatus | OutboundDependencies) & {
  /** The reply names a next page, which is not in this file. */
  readonly incomplete: boolean;
};

export type Reading =
  | { readonly ok: true; readonly document: AzureDocument }
  /** A predicate with the problem and what to do: “is an HTML page, …”. */
  | { readonly ok: false; readonly problem: string };

/** 10,000 endpoints take some 3 MiB. */
export const LARGEST_REPLY = 16 * 1024 * 1024;

const SHOWN_DEFECTS = 3;
const SHOWN_LENGTH = 200;

/** Reads the bytes of a file that holds one of the two replies, with or without its `value` wrapper. */
export function readAzureDocument(bytes: Uint8Array): Reading {
  if (bytes.length > LARGEST_REPLY) return refuse('is larger than 16 MiB: too large for a reply of Azure');
  const parsed = parseJson(bytes);
  return parsed.ok ? recognise(parsed.value) : parsed;
}

/** The same for a value that is parsed already. */
export function recognise(value: unknown): Reading {
  if (isRecord(value)) {
    if (isRecord(value['error'])) return refuse(errorOfAzure(value['error']));
    if ('schemaVersion' in value && 'targets' in value) return refuse(OUR_REPORT);
    if ('connectivityStatus' in value) return oneLocation(value);
    if ('networkStatus' in value) return list([value], false, '');
    if (Array.isArray(value['value'])) {
      return list(value['value'], typeof value['nextLink'] === 'string' && value['nextLink'] !== '', 'value');
    }
  }
  return Array.isArray(value) ? list(value, false, '') : refuse(UNKNOWN);
}

const OUR_REPORT =
  'is a report of apim-probe, not a reply of Azure; to compare the two: apim-probe compare REPORT NETWORKSTATUS';
const EMPTY = `is an empty list; ${SAVE_AGAIN}, once the instance has been deployed`;
const UNKNOWN =
  'is JSON, but neither a NetworkStatus reply (locations with connectivityStatus) nor one with outbound network dependencies (categories with endpoints)';

function refuse(problem: string): Reading {
  return { ok: false, problem };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function errorOfAzure({ code, message }: Readonly<Record<string, unknown>>): string {
  const text = [code, message].filter((part) => typeof part === 'string').join(': ');
  return `holds an error of Azure and not the reply: ${printable(text || 'without a code', SHOWN_LENGTH)}`;
}

/** The first member shows which list it is; the others must be of the same kind. */
function list(members: readonly unknown[], incomplete: boolean, where: string): Reading {
  if (members.length === 0) return refuse(EMPTY);
  const known = members.filter(isRecord);
  if (known.some((member) => 'networkStatus' in member)) {
    const read = AllLocations.safeParse(members);
    return read.success ? nonEmpty({ ...networkStatus(read.data), incomplete }) : defects(read.error, where);
  }
  if (known.some((member) => 'endpoints' in member)) {
    const read = Categories.safeParse(members);
    return read.success
      ? nonEmpty({ ...outboundDependencies(read.data), incomplete })
      : defects(read.error, where, SAVE_OUTBOUND_AGAIN);
  }
  return refuse(UNKNOWN);
}

function oneLocation(value: unknown): Reading {
  const read = ByLocation.safeParse(value);
  if (!read.success) return defects(read.error, '');
  return nonEmpty({ ...networkStatus([{ networkStatus: read.data }]), incomplete: false });
}

function nonEmpty(document: AzureDocument): Reading {
  const some =
    document.kind === 'network-status'
      ? document.locations.some(({ entries }) => entries.length > 0)
      : document.dependencies.length > 0;
  return some ? { ok: true, document } : refuse(EMPTY);
}

/** The path of the error in the reply, as `jq` takes it. */
function defects({ issues }: z.ZodError, where: string, advice = SAVE_AGAIN): Reading {
  const shown = issues
    .slice(0, SHOWN_DEFECTS)
    .map(({ path, message }) => `${jqPath(where, path)}: ${printable(message, SHOWN_LENGTH)}`);
  const left = issues.length - shown.length;
  const more = left > 0 ? `; and ${left} more` : '';
  return refuse(`is a reply of Azure with defects (${shown.join('; ')}${more}); ${advice}`);
}

function jqPath(where: string, path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const start = where === '' ? '' : `.${where}`;
  const whole = `${start}${steps}`;
  return whole.startsWith('.') ? whole : `.${whole}`;
}

/** Azure's own lists, recognised by their shape. Pure: takes bytes, returns a document or a problem. */
import type { z } from 'zod';
import { printable } from '../../probes/printable.ts';
import { parseJson, SAVE_AGAIN, SAVE_OUTBOUND_AGAIN } from '../common/json.ts';
import {
  AllLocations,
  isCutByPowerShell,
  isOlderVersion,
  type NetworkStatus,
  networkStatus,
  withStatus,
} from './network-status.ts';
import {
  Categories,
  type OutboundDependencies,
  outboundDependencies,
  serviceOf,
} from './outbound-dependencies.ts';
import { errorOfAzure, isRecord, unpackSaved } from './saved.ts';

export type AzureDocument = (NetworkStatus | OutboundDependencies) & {
  /** The reply names a next page, which is not in this file. */
  readonly incomplete: boolean;
};

export type Reading =
  | { readonly ok: true; readonly document: AzureDocument }
  /** A predicate with the problem and what to do: “is an HTML page, …”. */
  | {
      readonly ok: false;
      readonly problem: string;
      /** Set when it is not even known what the file is. */
      readonly isUnknown?: true;
    };

/** 10,000 endpoints take some 3 MiB. */
export const LARGEST_REPLY = 16 * 1024 * 1024;

const SHOWN_DEFECTS = 3;
const SHOWN_LENGTH = 200;

/** Reads the bytes of a file that holds one of the two replies, with or without its `value` wrapper. */
export function readAzureDocument(bytes: Uint8Array): Reading {
  if (bytes.length > LARGEST_REPLY) return refuse('is larger than 16 MiB: too large for a reply of Azure');
  const parsed = parseJson(bytes);
  return parsed.ok ? recognise(parsed.value) : refuse(parsed.problem);
}

/** The same for a value that is parsed already. */
export function recognise(given: unknown): Reading {
  const saved = unpackSaved(given);
  if (!saved.ok) return refuse(saved.problem);
  const { value } = saved;
  if (isRecord(value)) {
    if ('schemaVersion' in value && 'targets' in value) return refuse(OUR_REPORT);
    if ('connectivityStatus' in value || 'networkStatus' in value) return list([value], false, '');
    if (Array.isArray(value['value'])) {
      return list(value['value'], typeof value['nextLink'] === 'string' && value['nextLink'] !== '', 'value');
    }
    const error = errorOfAzure(value);
    if (error !== null)
      return refuse(
        `holds an error of Azure and not the reply: ${error.replace(/\.$/, '')}; correct that, and ${SAVE_AGAIN}`,
      );
  }
  return Array.isArray(value) ? list(value, false, '') : unknown();
}

const OUR_REPORT =
  'is a report of apim-probe, not a reply of Azure; to compare the two: apim-probe compare REPORT NETWORKSTATUS';
const EMPTY = `is an empty list; ${SAVE_AGAIN}, once the instance has been deployed`;
const UNKNOWN =
  'is JSON, but neither a NetworkStatus reply (locations with connectivityStatus) nor one with outbound network dependencies (categories with endpoints)';

function refuse(problem: string): Reading {
  return { ok: false, problem };
}

function unknown(): Reading {
  return { ok: false, problem: `${UNKNOWN}; ${SAVE_AGAIN}`, isUnknown: true };
}

/** The first member shows which list it is; the others must be of the same kind. */
function list(members: readonly unknown[], incomplete: boolean, where: string): Reading {
  if (members.length === 0) return refuse(EMPTY);
  const known = members.filter(isRecord);
  if (known.some((member) => 'networkStatus' in member || 'connectivityStatus' in member)) {
    return locations(members, incomplete, where);
  }
  if (known.some((member) => isRecord(member['properties']) && 'endpoints' in member['properties'])) {
    return refuse(ofAnotherService('an Azure Machine Learning workspace'));
  }
  if (known.some((member) => 'endpoints' in member)) {
    const service = serviceOf(known);
    if (service !== null) return refuse(ofAnotherService(service));
    const read = Categories.safeParse(members);
    return read.success
      ? nonEmpty({ ...outboundDependencies(read.data), incomplete })
      : defects(read.error, where, SAVE_OUTBOUND_AGAIN);
  }
  return unknown();
}

function locations(members: readonly unknown[], incomplete: boolean, where: string): Reading {
  const known = members.filter(isRecord);
  if (isCutByPowerShell(members)) return refuse(CUT_BY_POWERSHELL);
  const { reported, places, silent } = withStatus(members);
  if (reported.length === 0)
    return refuse(
      `is a NetworkStatus reply without a status of any location; ${SAVE_AGAIN}, once the instance has been deployed`,
    );
  if (isOlderVersion(reported)) return refuse(OLDER_VERSION);
  const read = AllLocations.safeParse(reported);
  if (read.success) return nonEmpty({ ...networkStatus(read.data, silent), incomplete });
  // The reply by location has no list around it, and no name of its status.
  const isNested = known.some((member) => 'networkStatus' in member);
  const start = isNested || known.length > 1 ? 0 : 2;
  const issues = read.error.issues.map(({ message, path: [index, ...path] }) => ({
    message,
    path: [places[Number(index)] ?? 0, ...path].slice(start),
  }));
  return defects({ issues }, where);
}

const OLDER_VERSION = `is a NetworkStatus reply of an older API version, which does not say what is optional; ${SAVE_AGAIN} (2022-08-01 or later)`;
const CUT_BY_POWERSHELL =
  'was cut by ConvertTo-Json, which keeps two levels; save it again with: ConvertTo-Json -Depth 10';

function ofAnotherService(service: string): string {
  return `lists the outbound dependencies of ${service}, not of API Management; ${SAVE_OUTBOUND_AGAIN}`;
}

function nonEmpty(document: AzureDocument): Reading {
  const some =
    document.kind === 'network-status'
      ? document.locations.some(({ entries }) => entries.length > 0)
      : document.dependencies.length > 0;
  return some ? { ok: true, document } : refuse(EMPTY);
}

/** The path of the error in the reply, as `jq` takes it. */
function defects(
  { issues }: { readonly issues: readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[] },
  where: string,
  advice = SAVE_AGAIN,
): Reading {
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

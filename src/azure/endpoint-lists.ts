/** The two lists of endpoints: NetworkStatus, and the outbound network dependencies. */
import { SAVE_AGAIN, SAVE_OUTBOUND_AGAIN } from '../common/json.ts';
import {
  AllLocations,
  isCutByPowerShell,
  isOlderVersion,
  networkStatus,
  withStatus,
} from './network-status-reply.ts';
import { Categories, outboundDependencies, serviceOf } from './outbound-dependencies-reply.ts';
import {
  CUT_BY_POWERSHELL,
  EMPTY,
  type EndpointList,
  type Reading,
  refuse,
  refuseDefects,
  refuseUnknown,
} from './reading.ts';
import { isRecord } from './saved.ts';

/** Reads members that are not resources; the first one shows which list it is, and the others must be alike. */
export function readEndpointList(members: readonly unknown[], incomplete: boolean, where: string): Reading {
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
      : refuseDefects(read.error, where, SAVE_OUTBOUND_AGAIN);
  }
  return refuseUnknown();
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
  return refuseDefects({ issues }, where);
}

const OLDER_VERSION = `is a NetworkStatus reply of an older API version, which does not say what is optional; ${SAVE_AGAIN} (2022-08-01 or later)`;

function ofAnotherService(service: string): string {
  return `lists the outbound dependencies of ${service}, not of API Management; ${SAVE_OUTBOUND_AGAIN}`;
}

function nonEmpty(document: EndpointList): Reading {
  const some =
    document.kind === 'network-status'
      ? document.locations.some(({ entries }) => entries.length > 0)
      : document.dependencies.length > 0;
  return some ? { ok: true, documents: [document] } : refuse(EMPTY);
}

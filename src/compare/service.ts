/** Compares the service's report on its dependencies with the VM's. Pure. */
import { shownName } from '../azure/endpoint-name.ts';
import {
  type NetworkStatus,
  newestCheck,
  regionOf,
  type StatusEntry,
  type StatusLocation,
} from '../azure/network-status.ts';
import { maskSecrets } from '../common/mask.ts';
import { inScope } from '../diagnosis/verdict.ts';
import type { Report, Target } from '../model/report.ts';
import { combine, isDisagreement, meaningOf } from './combinations.ts';
import { compareServers } from './dns.ts';
import { identityOf } from './identity.ts';
import { type Match, Targets } from './match.ts';
import { iso, REFRESH_MS, span } from './time.ts';
import type { ServiceComparison, ServiceEndpoint, ServiceLocation } from './types.ts';

/** Compares a report with NetworkStatus, in the locations that the VM can test. */
export function compareWithService(report: Report, { locations }: NetworkStatus): ServiceComparison {
  const chosen = locationsOf(report, locations);
  const targets = new Targets(report.targets);
  const matched = new Set<string>();
  const endpoints = chosen.flatMap((location) => {
    const newest = newestCheck(location.entries);
    return location.entries.map((entry) => {
      const match = targets.find(entry, (target) => !isDisagreement(combine(entry.status, target.status)));
      if (match.target !== null) matched.add(match.target.id);
      return endpoint(entry, match, location, newest);
    });
  });
  const described = locations.map((location) =>
    describeLocation(location, chosen.includes(location), report),
  );
  return {
    kind: 'report-and-network-status',
    report: identityOf(report),
    locations: described,
    endpoints,
    onlyInReport: inScope(report.targets, report.scope)
      .filter(({ id }) => !matched.has(id))
      .map(({ id, required, status, failure, cause }) => ({ id, required, status, failure, cause })),
    meanings: meanings(endpoints, described, report),
    disagreements: count(endpoints.filter(({ combination }) => isDisagreement(combination))),
  };
}

/** The VM's region if the reply has it, else all locations. */
function locationsOf(
  { environment }: Report,
  locations: readonly StatusLocation[],
): readonly StatusLocation[] {
  const own = locations.filter((location) => regionOf(location) === environment.region);
  return own.length > 0 ? own : locations;
}

function endpoint(
  entry: StatusEntry,
  { target, testable }: Match,
  { location }: StatusLocation,
  newest: number | null,
): ServiceEndpoint {
  const { lastUpdated, lastStatusChange, error, status, isOptional } = entry;
  return {
    location,
    name: shownName(entry.name),
    resourceType: shownName(entry.resourceType),
    required: !isOptional || (target?.required ?? false),
    service: {
      status,
      error: error === null ? null : maskSecrets(error),
      lastUpdated: lastUpdated === null ? null : iso(lastUpdated),
      lastStatusChange: lastStatusChange === null ? null : iso(lastStatusChange),
      stale: newest !== null && lastUpdated !== null && newest - lastUpdated > 2 * REFRESH_MS,
    },
    vm: target === null ? null : vmOf(target),
    combination:
      target === null ? (testable ? 'only-service' : 'not-comparable') : combine(status, target.status),
  };
}

function vmOf({ id, status, failure, cause, reason }: Target): ServiceEndpoint['vm'] {
  return { id, status, failure, cause, reason };
}

function describeLocation(location: StatusLocation, compared: boolean, report: Report): ServiceLocation {
  const newest = newestCheck(location.entries);
  return {
    location: location.location,
    compared,
    newestCheck: newest === null ? null : iso(newest),
    dns: compared ? compareServers(location.dnsServers, report) : null,
    remarks: compared
      ? [
          ...ageRemarks(newest, report),
          ...staleRemarks(location.entries, newest),
          ...regionRemarks(location, report),
        ]
      : [
          `Another region than this VM’s (${report.environment.region}): only a VM in that subnet can test what the subnet allows.`,
        ],
  };
}

function ageRemarks(newest: number | null, { startedAt, finishedAt }: Report): string[] {
  if (newest === null) return [];
  const behind = Date.parse(startedAt) - newest;
  if (behind > 2 * REFRESH_MS) {
    return [
      `The newest check is ${span(behind)} older than the run. NetworkStatus is renewed every 15 minutes: if the reply was saved just before the run, the instance has lost the connection to its control plane and no longer reports (inbound 3443, outbound Storage and SQL); else save the reply again and compare once more.`,
    ];
  }
  const ahead = newest - Date.parse(finishedAt);
  if (ahead <= 2 * REFRESH_MS) return [];
  return [
    `The report is ${span(ahead)} older than the newest check: probe again before trusting a disagreement.`,
  ];
}

function staleRemarks(entries: readonly StatusEntry[], newest: number | null): string[] {
  if (newest === null) return [];
  const old = entries.filter(
    ({ lastUpdated }) => lastUpdated !== null && newest - lastUpdated > 2 * REFRESH_MS,
  );
  if (old.length === 0) return [];
  return [
    `${old.length} of ${entries.length} entries were last checked more than 30 minutes before the newest: their status is old, and the machine that checks them may have lost its connection.`,
  ];
}

function regionRemarks(location: StatusLocation, { environment }: Report): string[] {
  const named = regionOf(location);
  if (named === null || environment.region === null || named === environment.region) return [];
  return [
    `The report is from ${environment.region}: where the two disagree, that may be the difference between two subnets.`,
  ];
}

function meanings(
  endpoints: readonly ServiceEndpoint[],
  locations: readonly ServiceLocation[],
  report: Report,
): ServiceComparison['meanings'] {
  const groups = Map.groupBy(endpoints, ({ combination }) => combination);
  const serversDiffer = locations.some(({ dns }) => dns?.differ === true);
  return [...groups]
    .map(([combination, members]) => ({
      combination,
      count: members.length,
      ...meaningOf(combination, { members, serversDiffer, report }),
    }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ rank: _, ...meaning }) => meaning);
}

function count(endpoints: readonly ServiceEndpoint[]): ServiceComparison['disagreements'] {
  return { total: endpoints.length, required: endpoints.filter(({ required }) => required).length };
}

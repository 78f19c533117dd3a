/** Where on the way from this VM to a service an endpoint was lost. */
import { CAUSE_TEXTS } from '../../diagnosis/causes.ts';
import type { Finding, Target } from '../../model/report.ts';
import type { Owner } from '../../model/vocabulary.ts';

/** The stations of the way, in their order. */
export const STATIONS = ['vm', 'dns', 'path', 'service'] as const;
export type Station = (typeof STATIONS)[number];

/** The owner of a finding has to look at this station; the platform has none. */
const STATION_OF_OWNER: Readonly<Record<Owner, Station | null>> = {
  vm: 'vm',
  dns: 'dns',
  network: 'path',
  service: 'service',
  platform: null,
};

/**
 * @returns the station that the packets or the name did not get past; null for an endpoint that was reached every
 *   time. What was not tested never left the VM.
 */
export function stopOf(target: Target, finding: Finding | undefined): Station | null {
  const { status, cause, failure } = target;
  if (status === 'reachable') return null;
  if (status === 'untested') return 'vm';
  const owner = finding?.owner ?? (cause === null ? null : CAUSE_TEXTS[cause].owner);
  return (owner === null ? null : STATION_OF_OWNER[owner]) ?? stationOfFailure(failure);
}

function stationOfFailure(failure: Target['failure']): Station {
  if (failure?.startsWith('dns_')) return 'dns';
  return failure === null || /^(?:tcp|udp)_/.test(failure) ? 'path' : 'service';
}

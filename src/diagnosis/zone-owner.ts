/** Decides whether the public zone or a private zone of this network answers for a suffix. Pure. */
import type { Failure } from '../../probes/failures.ts';
import { AZURE_DNS } from '../model/azure.ts';
import type { Control, ControlOf, ObservedControl, ObservedZones, ZoneAnswer } from '../model/controls.ts';
import { isAzurePrivatePrimary } from './private-zones.ts';

type ZoneAuthority = ControlOf<'dns-zone-authority'>;

/** The primary servers of Azure's public zones. */
const AZURE_PUBLIC = /(?:^|\.)azure-dns\.[a-z]{2,4}\.?$/i;

/**
 * Whether a private zone answers for the suffix. A server that sets AA may only forward another server's reply, so a
 * zone that Azure's resolver also reports is not the server's.
 * @param all the answers of every server
 */
export function isPrivateZone(answer: ZoneAnswer, all: readonly ZoneAnswer[]): boolean {
  const { server, suffix, zone, primary, authoritative } = answer;
  if (!covers(zone, suffix)) return false;
  if (isAzurePrivatePrimary(primary)) return true;
  if (!authoritative || server === AZURE_DNS || AZURE_PUBLIC.test(primary ?? '')) return false;
  const azure = all.find((other) => other.server === AZURE_DNS && other.suffix === suffix);
  // If a limit of this VM prevented the query, there is no zone to compare with.
  if (azure?.rcode === ('local_limit' satisfies Failure)) return false;
  return azure === undefined || azure.primary !== primary;
}

/** Whether the zone is the suffix or a parent of it, and not a top-level domain. */
function covers(zone: string | null, suffix: string): boolean {
  const name = zone?.toLowerCase().replace(/\.$/, '') ?? '';
  return name.includes('.') && (suffix === name || suffix.endsWith(`.${name}`));
}

/** Adds the judgement of zone answers to the controls. */
export function judgeControls(controls: readonly ObservedControl[]): Control[] {
  return controls.map((control) => (control.name === 'dns-zone-authority' ? judgeZones(control) : control));
}

function judgeZones({ name, detail }: ObservedZones): ZoneAuthority {
  const zones = detail.zones.map((zone) => ({ ...zone, private: isPrivateZone(zone, detail.zones) }));
  const own = zones.filter((answer) => answer.private);
  const [first] = own;
  if (first !== undefined) {
    const names = [...new Set(own.map(({ zone }) => zone))].join(', ');
    const text = `${first.server} answers from a private zone in the place of the public ${names}`;
    return { name, outcome: 'anomalous', detail: { text, zones } };
  }
  const known = zones.some(({ zone }) => zone !== null);
  const text = known
    ? 'the public suffixes of Azure’s services are public here'
    : 'no DNS server answered which zones Azure’s services are in';
  return { name, outcome: known ? 'expected' : 'unknown', detail: { text, zones } };
}

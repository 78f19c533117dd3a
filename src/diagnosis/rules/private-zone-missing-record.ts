import type { Finding, Observations, Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { isMonitorScope, missingRecord } from '../private-zones.ts';
import type { Rule, Scene } from '../rule.ts';
import { azureAnswer, isUnresolved, kindOf } from '../servers.ts';
import { brief, list, listAll } from '../text.ts';

interface Missing {
  readonly target: Target;
  readonly zone: string;
  readonly record: string;
  readonly server: string;
  readonly rcode: string;
  readonly fromPrivateZone: boolean;
}

/** Names in a private zone that has no record for them: one finding for each zone. */
export const privateZoneMissingRecord: Rule = (scene) => {
  const missing = scene.open.filter(isUnresolved).flatMap((target) => firstMissing(target) ?? []);
  const byZone = Map.groupBy(missing, ({ zone }) => zone);
  return [...byZone.keys()].sort().map((zone) => missingRecordFinding(scene, zone, byZone.get(zone) ?? []));
};

function firstMissing(target: Target): Missing | null {
  for (const resolution of target.resolutions) {
    const found = missingRecord(target.host, resolution);
    if (found === null) continue;
    const fromPrivateZone = resolution.authority.some((soa) => /azureprivatedns\.net\.?$/i.test(soa));
    return { target, ...found, server: resolution.server, rcode: resolution.rcode, fromPrivateZone };
  }
  return null;
}

function missingRecordFinding({ observations }: Scene, zone: string, missing: readonly Missing[]): Finding {
  const records = [...new Set(missing.map(({ record }) => record))].sort();
  const targets = missing.map(({ target }) => target);
  return createFinding('private-zone-missing-record', {
    title: `The private DNS zone ${brief(zone, 80)} has no record for ${list(
      records.map((name) => brief(name, 60)),
      3,
    )}`,
    explanation: missing.slice(0, 3).map(evidence).join(' '),
    targets,
    remedy: [
      ...(isMonitorScope(zone) ? [monitorScope(zone)] : []),
      ...knownAddressStep(observations, missing),
      `If the resource has a private endpoint: in zone ${brief(zone, 80)} add the A ` +
        `${records.length === 1 ? 'record' : 'records'} ${listAll(
          records.map((name) => brief(name, 60)),
        )} with the private ` +
        'endpoint’s address, or attach a DNS zone group to the private endpoint.',
      ...CAUSE_TEXTS['private-zone-missing-record'].remedy.slice(1),
    ],
    confirm: rerunCommand(observations, targets),
  });
}

/** The record's address, if another server or Azure DNS has it. */
function knownAddressStep(observations: Observations, missing: readonly Missing[]): string[] {
  const known = missing.flatMap((one) => {
    const azure = azureAnswer(observations, one.target.host);
    const answers = [...one.target.resolutions, ...(azure === null ? [] : [{ ...azure, failure: null }])];
    const better = answers.find((answer) => kindOf(answer) === 'private');
    return better === undefined ? [] : [{ ...one, better }];
  });
  const byServers = Map.groupBy(known, ({ better, server }) => `${better.server} ${server}`);
  return [...byServers.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const places = members.map(({ target, better }) => `${target.host} at ${list(better.addresses, 2)}`);
    const records = [...new Set(members.map(({ record }) => brief(record, 60)))];
    return [
      `${first.better.server} knows ${listAll(places)}: give ${first.server} the same zone, or the A ` +
        `${records.length === 1 ? 'record' : 'records'} ${listAll(records)} in ${brief(first.zone, 80)} with ` +
        `${records.length === 1 ? 'that address' : 'those addresses'}.`,
    ];
  });
}

function monitorScope(zone: string): string {
  return (
    `${brief(zone, 80)} belongs to an Azure Monitor Private Link Scope. Once linked, it answers for names that all of ` +
    'Azure Monitor shares: add the workspace or Application Insights resource to the scope so that its records ' +
    'appear, or set the link’s resolution policy to NxDomainRedirect, or unlink the zone from this network.'
  );
}

function evidence({ target, zone, server, rcode, fromPrivateZone }: Missing): string {
  const answer = rcode === 'NOERROR' ? 'no address' : rcode;
  const why = fromPrivateZone
    ? `the answer bears the SOA of ${brief(zone, 80)} at azureprivatedns.net, an Azure private zone`
    : `the alias chain leads into ${brief(zone, 80)}`;
  return `${server} answers ${answer} for ${target.host}, and ${why}.`;
}

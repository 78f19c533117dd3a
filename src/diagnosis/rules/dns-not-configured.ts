import { AZURE_DNS } from '../../model/azure.ts';
import type { Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { azureKind, isUnresolved, kindOf, namesNoServer, resolves, targetOf } from '../servers.ts';
import { brief, count, list } from '../text.ts';

/** This VM has no DNS server, or looks up names in a way that never asks one. */
export const dnsNotConfigured: Rule = (scene) => [...withoutServer(scene), ...withoutQuery(scene)];

/** The configuration names no server, and none runs on this VM, which is asked then. */
function withoutServer(scene: Scene): ReturnType<Rule> {
  const { observations, open } = scene;
  const { dns, notes } = observations.environment;
  if (!namesNoServer(observations)) return [];
  const unresolved = open.filter(
    (target) => isUnresolved(target) && target.resolutions.every((one) => kindOf(one) === 'silent'),
  );
  if (unresolved.length === 0) return [];
  const [asked] = dns.servers;
  const own = asked === undefined ? undefined : targetOf(asked, open);
  const reasons = notes.filter((note) => note.startsWith(`${dns.source}:`)).map((note) => `${note}.`);
  return [
    createFinding('dns-not-configured', {
      title:
        dns.source === 'the runtime'
          ? 'This VM has no DNS server'
          : `${brief(dns.source)} names no DNS server`,
      explanation: [
        asked === undefined
          ? `No name can be looked up: ${count(unresolved.length, 'endpoint')} could not be tried.`
          : `The system asks ${asked} then, this VM itself, where no DNS server answers: ` +
            `${count(unresolved.length, 'endpoint')} could not be tried.`,
        ...reasons.slice(0, SHOWN).map((reason) => brief(reason)),
        describeAzureDns(scene, unresolved),
        NOT_THE_INSTANCE,
      ]
        .filter((text) => text !== '')
        .join(' '),
      targets: [...(own === undefined ? [] : [own]), ...unresolved],
      remedy: [
        ...(reasons.length > 0
          ? [`Correct the lines of ${brief(dns.source)} that this system ignores.`]
          : []),
        ...CAUSE_TEXTS['dns-not-configured'].remedy.slice(0, 2),
      ],
      confirm: rerunCommand(observations, unresolved),
    }),
  ];
}

const SHOWN = 3;
const NOT_THE_INSTANCE = 'API Management has the DNS servers of the virtual network, not those of this file.';

/** nsswitch.conf(5) leads no look-up to DNS, or resolv.conf(5) allows no attempt. */
function withoutQuery(scene: Scene): ReturnType<Rule> {
  const { observations, open } = scene;
  const { dns } = observations.environment;
  const { system } = dns;
  if (system?.asksDns !== false || dns.source === '--dns-server') return [];
  const unresolved = open.filter((target) => isUnresolved(target) && target.addressesFrom === null);
  if (unresolved.length === 0) return [];
  const never = system.attempts === 0;
  const { path = '', line = '' } = system.sourcesFile ?? {};
  const file = brief(never ? dns.source : path);
  const answering = unresolved.filter(({ resolutions }) => resolutions.some((one) => resolves(kindOf(one))));
  const servers = answering.flatMap(({ resolutions }) =>
    resolutions.filter((one) => resolves(kindOf(one))).map(({ server }) => server),
  );
  return [
    createFinding('dns-not-configured', {
      title: `${file} keeps this VM from asking a DNS server`,
      explanation: [
        never
          ? `${file} has “options attempts” with 0 or less, so the C library sends no query.`
          : `${file} has “${brief(line)}”: a name that is not in ${brief(dns.hostsFile.path)} ends there.`,
        `${count(unresolved.length, 'endpoint')} could not be tried.`,
        answering.length > 0
          ? `Asked directly, ${list([...new Set(servers)].sort(), 3)} resolved ${answering.length} of these names.`
          : '',
        NOT_THE_INSTANCE,
      ]
        .filter((text) => text !== '')
        .join(' '),
      targets: unresolved,
      remedy: [
        never
          ? `Remove “attempts” from the options of ${file}.`
          : `Let the last “hosts:” line of ${file} be “hosts: files dns”.`,
        ...CAUSE_TEXTS['dns-not-configured'].remedy.slice(1, 2),
      ],
      confirm: rerunCommand(observations, unresolved),
    }),
  ];
}

function describeAzureDns({ observations }: Scene, unresolved: readonly Target[]): string {
  const answered = unresolved.some(({ host }) => resolves(azureKind(observations, host)));
  return answered ? `Azure DNS (${AZURE_DNS}) answers this VM.` : '';
}

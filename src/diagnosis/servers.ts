import { addressScope } from '../../probes/address-scope.ts';
import type { Failure } from '../../probes/failures.ts';
import { nameDnsServer } from '../common/host-port.ts';
import { AZURE_DNS } from '../model/azure.ts';
import type { ControlAnswer } from '../model/controls.ts';
import type { Observations, Resolution, Target } from '../model/report.ts';
import { isBogus, isPublic } from './addresses.ts';
import { missingRecord } from './private-zones.ts';
import { isReached } from './verdict.ts';

/** The kind of an answer, by which two servers can be compared. */
export type AnswerKind = 'private' | 'public' | 'bogus' | 'absent' | 'failing' | 'silent' | 'unknown';

const SILENT: readonly (Failure | null)[] = [
  'dns_timeout',
  'dns_unreachable',
  'udp_timeout',
  'udp_refused',
  'tcp_timeout',
  'tcp_refused',
  'tcp_unreachable',
];

/** Classifies an answer; one private address makes it private. */
export function kindOf({ failure, addresses }: Pick<Resolution, 'failure' | 'addresses'>): AnswerKind {
  if (addresses.length > 0) return kindOfAddresses(addresses);
  if (failure === 'dns_nxdomain' || failure === 'dns_nodata') return 'absent';
  if (failure === 'dns_servfail' || failure === 'dns_refused') return 'failing';
  return SILENT.includes(failure) ? 'silent' : 'unknown';
}

/** Classifies a list of at least one address. */
export function kindOfAddresses(addresses: readonly string[]): AnswerKind {
  if (addresses.some(isBogus)) return 'bogus';
  if (addresses.some((address) => addressScope(address) === 'private')) return 'private';
  return addresses.some(isPublic) ? 'public' : 'unknown';
}

/** Whether the answer has an address. */
export function resolves(kind: AnswerKind): boolean {
  return kind === 'private' || kind === 'public' || kind === 'bogus';
}

/** Whether the endpoint was not dialled because its name did not resolve. */
export function isUnresolved(target: Target): boolean {
  return (
    target.group !== 'dns' && target.status === 'unreachable' && (target.failure?.startsWith('dns_') ?? false)
  );
}

/** The server that a target of group `dns` tests, in the form that resolutions use. */
export function nameOfServer({ host, port }: Target): string {
  return nameDnsServer({ address: host, port });
}

/** The target that tests a server, if the plan has one. */
export function targetOf(server: string, targets: readonly Target[]): Target | undefined {
  return targets.find((target) => target.group === 'dns' && nameOfServer(target) === server);
}

/** Every server that is configured or was queried, configured ones first. */
export function allServers({ environment }: Observations, targets: readonly Target[]): readonly string[] {
  const asked = targets.flatMap(({ resolutions }) => resolutions.map(({ server }) => server)).sort();
  const planned = targets.filter(({ group }) => group === 'dns').map(nameOfServer);
  return [...new Set([...environment.dns.servers, ...planned, ...asked])];
}

/** One server's answer for each host, one answer per host. */
export function answersOf(server: string, targets: readonly Target[]): ReadonlyMap<string, Resolution> {
  const answers = new Map<string, Resolution>();
  for (const { host, resolutions } of targets) {
    const answer = resolutions.find((resolution) => resolution.server === server);
    if (answer !== undefined) answers.set(host, answer);
  }
  return answers;
}

/** A server that answers NXDOMAIN for this many unrelated domains does not resolve public names. */
const UNRELATED = 3;

/** Whether the server is an internal root: it denies the names of unrelated domains, and no private zone is involved. */
export function deniesPublicNames(server: string, targets: readonly Target[]): boolean {
  if (server === AZURE_DNS) return false;
  const answers = [...answersOf(server, targets)];
  const denied = answers.every(
    ([host, answer]) => answer.failure === 'dns_nxdomain' && missingRecord(host, answer) === null,
  );
  const domains = new Set(answers.map(([host]) => host.toLowerCase().split('.').slice(-2).join('.')));
  return denied && domains.size >= UNRELATED;
}

/** Whether this VM's configuration names no server; the system asks 127.0.0.1 then. */
export function namesNoServer({ environment: { dns } }: Observations): boolean {
  return dns.source !== '--dns-server' && (dns.system?.serverNamed === false || dns.servers.length === 0);
}

const REFUSALS = ['REFUSED', 'SERVFAIL'];

/** Whether every answer of this server is an error of its own; without names, whether the test of the server is. */
export function refusesEverything(server: string, targets: readonly Target[]): boolean {
  const kinds = [...answersOf(server, targets).values()].map(kindOf);
  if (kinds.length > 0) return kinds.every((kind) => kind === 'failing');
  const replies = targetOf(server, targets)?.attempts.flatMap(({ facts }) => facts.dns?.udp ?? []) ?? [];
  return replies.length > 0 && replies.every((reply) => REFUSALS.includes(reply));
}

/** Configured servers that answered no query. */
export function deadServers(observations: Observations, targets: readonly Target[]): readonly string[] {
  const assumed = namesNoServer(observations) ? observations.environment.dns.servers : [];
  return allServers(observations, targets).filter(
    (server) => !assumed.includes(server) && isDead(server, targets),
  );
}

function isDead(server: string, targets: readonly Target[]): boolean {
  const own = targetOf(server, targets);
  if (own !== undefined && isReached(own)) return false;
  const kinds = [...answersOf(server, targets).values()].map(kindOf).filter((kind) => kind !== 'unknown');
  if (kinds.length > 0) return kinds.every((kind) => kind === 'silent');
  return own?.status === 'unreachable' && SILENT.includes(own.failure);
}

/** Azure DNS's answer when the control queried it directly for this host; null without a query or an answer. */
export function azureAnswer({ controls }: Observations, host: string): ControlAnswer | null {
  const control = controls.find(({ name }) => name === 'azure-dns');
  if (control?.name !== 'azure-dns') return null;
  return control.detail.answers.find(({ name }) => name.toLowerCase() === host.toLowerCase()) ?? null;
}

/** The kind of Azure DNS's answer. */
export function azureKind(observations: Observations, host: string): AnswerKind {
  const answer = azureAnswer(observations, host);
  return answer === null ? 'unknown' : kindOfAnswer(answer);
}

/** The kind of an answer to a control. */
export function kindOfAnswer({ addresses, rcode }: ControlAnswer): AnswerKind {
  if (addresses.length > 0) return kindOfAddresses(addresses);
  if (rcode === 'NXDOMAIN' || rcode === 'NOERROR') return 'absent';
  return rcode === 'SERVFAIL' || rcode === 'REFUSED' ? 'failing' : 'unknown';
}

/** Whether the faults of an earlier report are fixed: what to probe for that, and what a second report shows. Pure. */
import { few } from '../common/wording.ts';
import type { Control } from '../model/controls.ts';
import type { Finding, Report, Target } from '../model/report.ts';
import type { Cause } from '../model/vocabulary.ts';

/** `untestable`: this machine, or this run, cannot show it. */
export interface Verified {
  readonly finding: Finding;
  readonly outcome: 'fixed' | 'not fixed' | 'untestable';
  /** One or more sentences. */
  readonly seen: string;
}

/** The findings that ask for action: remarks need none. */
export function findingsToVerify({ findings }: Report): readonly Finding[] {
  return findings.filter(({ severity }) => severity !== 'info');
}

/**
 * What a cause needs beside the endpoints that it explains. `controls`: its controls, the survey or a document show it.
 * `plan`: it shows only over many endpoints.
 */
const NEEDS: Readonly<Partial<Record<Cause, 'controls' | 'plan'>>> = {
  'subnet-too-small': 'controls',
  'region-mismatch': 'controls',
  'prerequisite-missing': 'controls',
  'transparent-proxy': 'controls',
  'dns-tampered': 'controls',
  'private-zone-shadows-suffix': 'controls',
  'azure-api-net-zone-shadowed': 'controls',
  // The servers are in each run.
  'dns-server-down': 'controls',
  'dns-tcp-blocked': 'controls',
  'dns-server-slow': 'plan',
  'vm-limit': 'plan',
  // A host that serves the missing certificate decides.
  'certificate-chain': 'plan',
};

const SHOWN = 4;

/** Endpoints that worked, for comparison: rules tell one closed service from a closed network. */
const COMPARED = 3;

export interface Selection {
  /** The endpoints that the findings explain, or need. */
  readonly targets: readonly Target[];
  readonly compared: readonly Target[];
}

/** The endpoints of the report to probe again. */
export function selectTargets({ targets }: Report, findings: readonly Finding[]): Selection {
  const tested = targets.filter(({ reason, host }) => reason === null || !host.includes('<'));
  const needsAll = findings.some(
    ({ cause, evidence }) =>
      NEEDS[cause] === 'plan' || (evidence.length === 0 && NEEDS[cause] !== 'controls'),
  );
  if (needsAll) return { targets: tested, compared: [] };
  const ids = new Set(findings.flatMap(({ evidence }) => evidence));
  const others = tested.filter(
    ({ id, group, status, protocol }) =>
      !ids.has(id) && group !== 'dns' && status === 'reachable' && protocol !== 'icmp',
  );
  const byGroup = Map.groupBy(others, ({ group }) => group);
  const firsts = [...byGroup.values()].flatMap(([first]) => first ?? []);
  return { targets: tested.filter(({ id }) => ids.has(id)), compared: firsts.slice(0, COMPARED) };
}

/**
 * Judges each finding by a later run.
 * @param after a report of the same endpoints, with the same options
 */
export function verifyFindings(
  before: Report,
  findings: readonly Finding[],
  after: Report,
): readonly Verified[] {
  return findings.map((finding) => ({ finding, ...judge(finding, before, after) }));
}

function judge(finding: Finding, before: Report, after: Report): Omit<Verified, 'finding'> {
  const ids = new Set(finding.evidence);
  const now = after.targets.filter(({ id }) => ids.has(id));
  const failing = now.filter(({ status }) => status === 'unreachable' || status === 'intermittent');
  const again = after.findings.filter(
    ({ cause, severity, evidence }) =>
      cause === finding.cause &&
      severity !== 'info' &&
      (ids.size === 0 || evidence.length === 0 || evidence.some((id) => ids.has(id))),
  );
  if (failing.length > 0 || again.length > 0) {
    return { outcome: 'not fixed', seen: describeFailure(failing, again, after) };
  }
  const missing = missingReason(finding, now) ?? unknownReason(finding, now, before, after);
  if (missing !== null) return { outcome: 'untestable', seen: missing };
  const reached = now.filter(({ status }) => status === 'reachable');
  const seen = [
    reached.length > 0 ? `Reached ${names(reached)}.` : 'It was not seen again.',
    ...(BY_CHANCE.has(finding.cause)
      ? ['A fault that comes and goes may not show in one run: verify again.']
      : []),
  ];
  return { outcome: 'fixed', seen: seen.join(' ') };
}

const BY_CHANCE: ReadonlySet<Cause> = new Set<Cause>([
  'intermittent-loss',
  'dns-answers-change',
  'dns-servers-disagree',
]);

/** What is wrong now, by the findings of the later run, or by what failed. */
function describeFailure(failing: readonly Target[], again: readonly Finding[], after: Report): string {
  const ids = new Set(failing.map(({ id }) => id));
  const others = after.findings.filter(({ evidence }) => evidence.some((id) => ids.has(id)));
  const titles = [...new Set([...again, ...others].map(({ title }) => title))];
  const failures = failing.map(({ host, port, failure, status }) => `${host}:${port} (${failure ?? status})`);
  const shown = failures.length === 0 ? [] : [`Not reached: ${few(failures, SHOWN)}.`];
  return [...titles.slice(0, 3).map((title) => `Now: ${title}.`), ...shown].join(' ');
}

/** Why an endpoint of the finding has no result: it is not in this machine's plan, or was not tested. */
function missingReason({ evidence }: Finding, now: readonly Target[]): string | null {
  const known = new Set(now.map(({ id }) => id));
  // A DNS server that is no longer configured cannot be a fault; one that was missing has no name.
  const gone = evidence.filter((id) => !known.has(id) && !id.startsWith('dns/'));
  if (gone.length > 0) return `Not in the plan of this machine: ${few(gone, SHOWN)}.`;
  const untested = now.filter(({ status, host }) => status === 'untested' && !host.includes('<'));
  if (untested.length === 0) return null;
  const reasons = untested.map(
    ({ host, port, reason, failure }) => `${host}:${port} (${reason ?? failure ?? 'untested'})`,
  );
  return `Not tested: ${few(reasons, SHOWN)}.`;
}

/** The control that shows a cause where every endpoint was reached all the same. */
const SHOWN_BY: Readonly<Partial<Record<Cause, Control['name']>>> = {
  'transparent-proxy': 'tcp-reserved-address',
  'dns-tampered': 'dns-random-name',
  'dns-answers-change': 'dns-second-answer',
  'private-zone-shadows-suffix': 'dns-zone-authority',
  'azure-api-net-zone-shadowed': 'dns-zone-authority',
  'packet-size-blackhole': 'tls-large-hello',
  'clock-skew': 'clock',
};

/** Why the absence of the finding proves nothing: where no endpoint failed, a control or the survey has to show it. */
function unknownReason(
  { cause }: Finding,
  now: readonly Target[],
  before: Report,
  after: Report,
): string | null {
  const failed = new Set(before.targets.filter(({ status }) => status !== 'reachable').map(({ id }) => id));
  if (now.some(({ id, status }) => status === 'reachable' && failed.has(id))) return null;
  const { network, vm } = after.environment;
  if (cause === 'subnet-too-small' && network.subnetCapacity === null) return 'The subnet is not known here.';
  if (cause === 'region-mismatch' && vm?.region === undefined) return 'The region of this VM is not known.';
  if (/^(?:dns-|private-zone|azure-api-net)/.test(cause) && !after.targets.some(isResolved))
    return 'No DNS server gave an answer.';
  const name = SHOWN_BY[cause];
  if (name === undefined) return null;
  const control = after.controls.find((one) => one.name === name);
  if (control !== undefined && control.outcome !== 'unknown') return null;
  return `The control ${name} gave no result${control === undefined ? '' : `: ${control.detail.text}`}.`;
}

function isResolved({ group, status, resolutions }: Target): boolean {
  return group === 'dns' ? status === 'reachable' : resolutions.some(({ failure }) => failure === null);
}

function names(targets: readonly Target[]): string {
  return few(
    targets.map(({ host, port }) => `${host}:${port}`),
    SHOWN,
  );
}

import type { TlsFacts } from '../../../probes/facts.ts';
import { isAzureService } from '../../model/azure.ts';
import type { Finding, Observations, Target } from '../../model/report.ts';
import type { Severity } from '../../model/vocabulary.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { describeRefusal } from '../chain-problem.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { describeOutdated, outdatedIn } from '../outdated-certificate.ts';
import type { Rule } from '../rule.ts';
import { brief, count, list, listHosts } from '../text.ts';
import { isReached } from '../verdict.ts';

type Kind = 'incomplete' | 'outdated' | 'refused';

/** One endpoint that was reached although its chain does not verify as sent. */
interface Defect {
  readonly target: Target;
  readonly kind: Kind;
  /** A clause about the chain: what is missing or wrong. */
  readonly text: string;
  /** Hosts from which a client can fetch the missing issuer over port 80. */
  readonly hosts: readonly string[];
}

/** What this run found out about port 80 of those hosts. */
interface Fetching {
  readonly reached: readonly string[];
  readonly failed: readonly string[];
}

/** Chains that a key of Azure proves, but that do not verify as the server sent them. */
export const certificateChain: Rule = ({ observations, targets }) => {
  const defects = targets.filter(({ status }) => status === 'reachable').flatMap(defectOf);
  const groups = Map.groupBy(defects, (defect) => {
    const owner = isAzureService(defect.target) ? 'azure' : 'own';
    return `${defect.kind} ${owner} ${severityOf(defect, fetchingOf([defect], targets))}`;
  });
  return [...groups.values()].flatMap((members) =>
    chainFinding(observations, members, fetchingOf(members, targets)),
  );
};

/** @param defects of one kind, owner and severity */
function chainFinding(observations: Observations, defects: readonly Defect[], fetching: Fetching): Finding[] {
  const [first] = defects;
  if (first === undefined) return [];
  const targets = defects.map(({ target }) => target);
  const isOfAzure = isAzureService(first.target);
  const severity = severityOf(first, fetching);
  const hosts = listHosts(targets, 3);
  const finding = createFinding('certificate-chain', {
    severity,
    title: `${hosts}: ${TITLES[first.kind]}, and the certificate is genuine`,
    explanation: [
      `${count(targets.length, 'endpoint')} sent a chain that does not verify as it is: ` +
        `${list(
          defects.map(({ text }) => text),
          3,
        )}.`,
      'A known key of Azure’s authorities or a public root verifies the server’s certificate, so no device opened it.',
      fetchingText(first.kind, fetching),
    ].join(' '),
    targets,
    owner: severity === 'warning' && isOfAzure && first.kind !== 'refused' ? 'network' : 'service',
    remedy: remedyFor(first.kind, isOfAzure, severity),
    // Hosts of other groups decide whether Windows completes the chain.
    confirm: rerunCommand(observations, first.kind === 'refused' ? targets : []),
  });
  return [finding];
}

const TITLES: Readonly<Record<Kind, string>> = {
  incomplete: 'the server does not send its whole certificate chain',
  outdated: 'the server sends an outdated certificate of its authority',
  refused: 'the certificate chain does not verify',
};

function defectOf(target: Target): Defect[] {
  const attempt = target.attempts.findLast(({ ok, facts }) => ok && facts.tls !== undefined);
  const tls = attempt?.facts.tls;
  if (attempt === undefined || tls === undefined) return [];
  const kind = kindOf(tls);
  if (kind === null) return [];
  const outdated = outdatedIn(tls, Date.parse(attempt.startedAt));
  const added = list((tls.completedWith ?? []).map((subject) => `“${brief(subject, 90)}”`));
  const texts: Readonly<Record<Kind, string>> = {
    incomplete: `it lacks ${added}${tls.trustError === null ? '' : ` (${brief(tls.trustError, 60)})`}`,
    outdated:
      outdated === null ? 'it holds an outdated certificate' : `it holds ${describeOutdated(outdated)}`,
    refused: `verifiers refuse it: ${describeRefusal(tls) || 'for no recorded reason'}`,
  };
  return [{ target, kind, text: texts[kind], hosts: fetchHosts(tls) }];
}

/** Null for a chain that verifies as sent, and for one that nothing proves. */
function kindOf({ trust, trustError, validity, azureKey, completedWith = [] }: TlsFacts): Kind | null {
  if (completedWith.length > 0) return DATE_ERRORS.has(trustError ?? '') ? 'outdated' : 'incomplete';
  if (trust === 'none') return typeof azureKey === 'string' ? 'refused' : null;
  return validity === 'valid' ? null : 'outdated';
}

const DATE_ERRORS: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** Where the certificate below the missing one says that its issuer can be fetched. */
function fetchHosts({ chain, completedWith = [] }: TlsFacts): readonly string[] {
  const below = chain.find(({ issuer }) => issuer === completedWith[0]) ?? chain[0];
  return (below?.caIssuers ?? []).flatMap((text) => {
    const url = URL.parse(text);
    return url?.protocol === 'http:' && url.port === '' ? [url.hostname] : [];
  });
}

function fetchingOf(defects: readonly Defect[], targets: readonly Target[]): Fetching {
  const wanted = new Set(defects.flatMap(({ hosts }) => hosts));
  const rows = targets.filter(({ host, port }) => port === 80 && wanted.has(host));
  const named = (matches: (target: Target) => boolean) => rows.filter(matches).map(({ host }) => host);
  return {
    reached: named(isReached),
    failed: named(({ status }) => status === 'unreachable'),
  };
}

/** A remark where Windows completes the chain by itself, or where nothing shows that it cannot. */
function severityOf({ target, kind, hosts }: Defect, { reached, failed }: Fetching): Severity {
  if (!isAzureService(target) || kind === 'refused') return 'warning';
  if (hosts.length === 0) return 'warning';
  return reached.length === 0 && failed.length > 0 ? 'warning' : 'info';
}

function fetchingText(kind: Kind, { reached, failed }: Fetching): string {
  if (kind === 'refused') {
    return 'Fetching certificates does not change that: clients may refuse it, API Management among them.';
  }
  const windows =
    'Windows, where API Management runs, completes such a chain itself: it fetches the issuer’s certificate over ' +
    'port 80 (AIA)';
  if (reached.length > 0) return `${windows} from ${list(reached)}, which this run reached.`;
  if (failed.length > 0) {
    return `${windows} from ${list(failed)}, which this run did not reach: so API Management may fail here.`;
  }
  return `${windows}; this run did not test a host that serves it.`;
}

function remedyFor(kind: Kind, isOfAzure: boolean, severity: Severity): readonly string[] {
  const [port80 = '', wholeChain = '', others = ''] = CAUSE_TEXTS['certificate-chain'].remedy;
  if (!isOfAzure) {
    return [
      `${wholeChain} On a custom domain of API Management: upload a PFX that holds the chain, or have Key Vault hold it.`,
      others,
    ];
  }
  if (kind === 'refused') {
    return [
      'Run again in a day; if it stays, ask Azure support about the certificate of this service.',
      others,
    ];
  }
  return severity === 'warning'
    ? [port80, others]
    : ['For API Management nothing is to be done while port 80 stays open.', others];
}

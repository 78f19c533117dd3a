import type { TlsFacts } from '../../../probes/facts.ts';
import type { Finding, Target } from '../../model/report.ts';
import { dialledAddresses } from '../addresses.ts';
import { failedWith, tlsOf } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand, showIssuerCommand } from '../command.ts';
import { describeLastFailure } from '../evidence.ts';
import { createFinding } from '../finding.ts';
import { isOwn } from '../instance.ts';
import { describeOutdated, type OutdatedCertificate, outdatedOf } from '../outdated-certificate.ts';
import type { Rule, Scene } from '../rule.ts';
import { brief, list } from '../text.ts';

const CERTIFICATE = ['tls_name_mismatch', 'tls_expired', 'tls_not_yet_valid', 'tls_untrusted'] as const;
const DATES = ['tls_expired', 'tls_not_yet_valid'] as const;

/** Certificates that do not fit the endpoint, one finding for each certificate. */
export const wrongCertificate: Rule = (scene) => {
  const wrong = scene.open.filter(
    (target) =>
      failedWith(target, ['tls_bad_certificate']) ||
      (failedWith(target, CERTIFICATE) && tlsOf(target)?.chain[0] !== undefined),
  );
  const byCertificate = Map.groupBy(wrong, (target) => tlsOf(target)?.chain[0]?.fingerprint256 ?? target.id);
  return [...byCertificate.values()].map((targets) => certificateFinding(scene, targets));
};

function certificateFinding({ observations }: Scene, targets: readonly Target[]): Finding {
  const [first] = targets;
  const facts = first === undefined ? null : tlsOf(first);
  const hosts = list(
    targets.map(({ host }) => host),
    3,
  );
  const single = targets.length === 1 ? first : undefined;
  const outdated = first !== undefined && failedWith(first, DATES) ? outdatedOf(first) : null;
  return createFinding('wrong-certificate', {
    title: `${hosts} ${verdict(first?.failure ?? null, outdated)}`,
    explanation: [
      ...(outdated === null ? [] : [`${namePlace(outdated)} ${describeOutdated(outdated)}.`]),
      ...(first?.failure === 'tls_bad_certificate' ? [`${describeLastFailure(first)}.`] : []),
      ...(facts === null ? [] : [evidence(facts)]),
      `It came from ${list(targets.flatMap(dialledAddresses), 4)}.`,
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
    targets,
    remedy: [
      ...ownChain(facts, targets),
      ...outdatedSteps(outdated),
      ...stepsFor(first?.failure ?? null, outdated),
    ],
    confirm:
      single === undefined
        ? rerunCommand(observations, targets)
        : showIssuerCommand(single.host, single.port),
  });
}

function verdict(failure: Target['failure'], outdated: OutdatedCertificate | null): string {
  const state = failure === 'tls_expired' ? 'expired' : 'not valid yet';
  if (outdated?.place === 'root')
    return `has a certificate below a root that is ${state === 'expired' ? 'over' : state}`;
  if (outdated?.place === 'issuer') return `sends a certificate of its authority that is ${state}`;
  if (failure === 'tls_expired') return 'presents an expired certificate';
  if (failure === 'tls_not_yet_valid') return 'presents a certificate that is not valid yet';
  if (failure === 'tls_untrusted') return 'presents a certificate of an authority that is not trusted here';
  if (failure === 'tls_bad_certificate') return 'presents a certificate that cannot be read';
  return 'presents a certificate for other names';
}

function namePlace({ place }: OutdatedCertificate): string {
  if (place === 'root') return 'Out of date is the root of its chain:';
  return place === 'leaf'
    ? 'Out of date is the server’s own certificate:'
    : 'Out of date is a certificate of its authority, and not the server’s own:';
}

function evidence({ chain, nameMatches, trust }: TlsFacts): string {
  const leaf = chain[0];
  if (leaf === undefined) return '';
  const names =
    leaf.names.length > 0
      ? list(
          leaf.names.map((name) => brief(name, 60)),
          4,
        )
      : 'no name at all';
  const fit = nameMatches ? 'which fits' : 'which does not fit';
  const root = { public: 'a public root', extra: 'a root of --ca-file', none: 'no trusted root' }[trust];
  const dates = `valid from ${leaf.validFrom ?? 'an unreadable date'} to ${leaf.validTo ?? 'an unreadable date'}`;
  const issuer = `issued by “${brief(leaf.issuer)}”`;
  return `The certificate is for ${names}, ${fit}, ${dates}, ${issuer}; its chain leads to ${root}.`;
}

/** The error in the chain of a custom domain, if the chain that the instance sent shows it. */
function ownChain(facts: TlsFacts | null, targets: readonly Target[]): readonly string[] {
  const [leaf, ...above] = facts?.chain ?? [];
  if (leaf === undefined || facts?.trust !== 'none' || !targets.every(isOwn)) return [];
  if (leaf.subject === leaf.issuer) {
    return [
      'The certificate is self-signed: clients will refuse it, and so will self-hosted gateways and the portal. Set one ' +
        'that an authority issued.',
    ];
  }
  if (above.length > 0) return [];
  return [
    `The instance sends the certificate alone, without that of its issuer “${brief(leaf.issuer, 80)}”: upload a PFX ` +
      'that holds the whole chain, or the intermediate on the CA certificates page.',
  ];
}

/** What to do when not the server's own certificate is out of date. */
function outdatedSteps(outdated: OutdatedCertificate | null): readonly string[] {
  if (outdated?.place === 'issuer') {
    return [
      `Replace “${brief(outdated.subject, 80)}” in the chain that the server sends by the authority’s current ` +
        'certificate; the server’s own certificate can stay.',
    ];
  }
  if (outdated?.place !== 'root') return [];
  return [
    'The server’s certificate can stay: give the authority’s current root with --ca-file, and to the clients, instead ' +
      `of “${brief(outdated.subject, 80)}”; if there is none, have the certificate issued by another authority.`,
  ];
}

/** The general remedy has a step for the name, one for the dates and one for a private authority. */
function stepsFor(failure: Target['failure'], outdated: OutdatedCertificate | null): readonly string[] {
  const [name, validity, authority] = CAUSE_TEXTS['wrong-certificate'].remedy;
  if (failure === 'tls_bad_certificate') {
    return [
      'See what the server presents: a device that builds certificates itself, or a damaged file, must be fixed there.',
      ...[name].flatMap((step) => step ?? []),
    ];
  }
  if (failure === 'tls_expired' || failure === 'tls_not_yet_valid')
    return [outdated === null || outdated.place === 'leaf' ? validity : undefined, name].flatMap(
      (step) => step ?? [],
    );
  return (failure === 'tls_untrusted' ? [authority, name] : [name]).flatMap((step) => step ?? []);
}

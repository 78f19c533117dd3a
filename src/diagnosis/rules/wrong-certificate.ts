import type { TlsFacts } from '../../../probes/facts.ts';
import type { Finding, Target } from '../../model/report.ts';
import { dialledAddresses } from '../addresses.ts';
import { failedWith, tlsOf } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { describeProblem, describeRefusal, refusalRemedy, refusalsOf } from '../chain-problem.ts';
import { rerunCommand } from '../command.ts';
import { describeLastFailure } from '../evidence.ts';
import { createFinding } from '../finding.ts';
import { isOwn } from '../instance.ts';
import { describeOutdated, type OutdatedCertificate, outdatedOf } from '../outdated-certificate.ts';
import { hasRepeatedCertificate } from '../repeated-certificate.ts';
import type { Rule, Scene } from '../rule.ts';
import { brief, count, list, listHosts } from '../text.ts';

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
  const hosts = listHosts(targets, 3);
  const isOneHost = new Set(targets.map(({ host }) => host)).size === 1;
  const outdated = first !== undefined && failedWith(first, DATES) ? outdatedOf(first) : null;
  const isRefused = facts !== null && refusalsOf(facts).length > 0;
  const isOfDevice = targets.every(
    (target) => failedWith(target, ['tls_name_mismatch']) && hasRepeatedCertificate(target, targets),
  );
  return createFinding('wrong-certificate', {
    ...(isOfDevice && { owner: 'network' as const }),
    title: isOfDevice
      ? `A device answers TLS in the place of ${count(targets.length, 'endpoint')}`
      : `${hosts} ${verdict(first?.failure ?? null, outdated, isOneHost, isRefused)}`,
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
      ...(isOfDevice ? [DEVICE_STEP] : []),
      ...refusalSteps(facts),
      ...ownChain(facts, targets),
      ...outdatedSteps(outdated),
      ...stepsFor(first?.failure ?? null, outdated, isRefused),
      ...issuerStep(facts, targets),
    ],
    confirm: rerunCommand(observations, targets),
  });
}

const DEVICE_STEP =
  'Different addresses of Azure do not share this certificate: find the firewall or proxy on the path that its names ' +
  'belong to, and have it let this subnet through without a block page or login.';

function verdict(
  failure: Target['failure'],
  outdated: OutdatedCertificate | null,
  isOneHost: boolean,
  isRefused: boolean,
): string {
  const [has, sends, presents] = isOneHost ? ['has', 'sends', 'presents'] : ['have', 'send', 'present'];
  const state = failure === 'tls_expired' ? 'expired' : 'not valid yet';
  if (outdated?.place === 'root')
    return `${has} a certificate below a root that is ${state === 'expired' ? 'over' : state}`;
  if (outdated?.place === 'issuer') return `${sends} a certificate of its authority that is ${state}`;
  if (failure === 'tls_expired') return `${presents} an expired certificate`;
  if (failure === 'tls_not_yet_valid') return `${presents} a certificate that is not valid yet`;
  if (failure === 'tls_untrusted' && isRefused) return `${presents} a certificate chain that clients refuse`;
  if (failure === 'tls_untrusted')
    return `${presents} a certificate of an authority that is not trusted here`;
  if (failure === 'tls_bad_certificate') return `${presents} a certificate that cannot be read`;
  return `${presents} a certificate for other names`;
}

function namePlace({ place }: OutdatedCertificate): string {
  if (place === 'root') return 'Out of date is the root of its chain:';
  return place === 'leaf'
    ? 'Out of date is the server’s own certificate:'
    : 'Out of date is a certificate of its authority, and not the server’s own:';
}

function evidence(tls: TlsFacts): string {
  const { chain, nameMatches } = tls;
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
  const dates = `valid from ${leaf.validFrom ?? 'an unreadable date'} to ${leaf.validTo ?? 'an unreadable date'}`;
  const issuer = `issued by “${brief(leaf.issuer)}”`;
  return `The certificate is for ${names}, ${fit}, ${dates}, ${issuer}; its chain ${describeEnd(tls)}.`;
}

function describeEnd(tls: TlsFacts): string {
  const refusals = refusalsOf(tls);
  if (refusals.length > 0) {
    const reasons = refusals.slice(0, 3).map(describeProblem).join('; ');
    return `leads to the root “${brief(tls.root?.subject ?? '', 80)}”, but is refused: ${reasons}`;
  }
  const why = describeRefusal(tls);
  return `leads to ${
    { public: 'a public root', extra: 'a root of --ca-file', none: `no trusted root${why && ` (${why})`}` }[
      tls.trust
    ]
  }`;
}

/** The same by OpenSSL's code, for reports that hold no problems. */
const REFUSALS: ReadonlyMap<string | null, string> = new Map([
  [
    'INVALID_PURPOSE',
    'Have the certificate issued for server authentication (serverAuth): its extended key usage does not allow a server.',
  ],
  [
    // What the runtime reports for SHA-1 and for short keys.
    'UNSPECIFIED',
    'Look at the certificates with openssl x509 -text: clients refuse signatures with SHA-1 and RSA keys of fewer than ' +
      '2,048 bits, whatever root they trust. Have such a certificate issued anew.',
  ],
]);

function refusalSteps(facts: TlsFacts | null): readonly string[] {
  if (facts?.chainProblems !== undefined) return [refusalRemedy(facts) ?? []].flat();
  return facts?.trust === 'none' ? [REFUSALS.get(facts.trustError) ?? []].flat() : [];
}

/** The error in the chain of a custom domain, if the chain that the instance sent shows it. */
function ownChain(facts: TlsFacts | null, targets: readonly Target[]): readonly string[] {
  const [leaf, ...above] = facts?.chain ?? [];
  if (leaf === undefined || facts?.trust !== 'none' || !targets.every(isOwn)) return [];
  if (refusalsOf(facts).length > 0) return [];
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

/** The step for a server of the user that sends no issuer: a root completes the chain only if it is the issuer. */
function issuerStep(facts: TlsFacts | null, targets: readonly Target[]): readonly string[] {
  const [leaf, ...above] = facts?.chain ?? [];
  if (leaf === undefined || facts?.trust !== 'none' || targets.every(isOwn)) return [];
  if (refusalsOf(facts).length > 0) return [];
  if (above.length > 0 || leaf.subject === leaf.issuer) return [];
  return [
    `The server sends no certificate of its issuer: if “${brief(leaf.issuer, 80)}” is not a root, have it send the ` +
      'whole chain.',
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
function stepsFor(
  failure: Target['failure'],
  outdated: OutdatedCertificate | null,
  isRefused: boolean,
): readonly string[] {
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
  return (failure === 'tls_untrusted' && !isRefused ? [authority, name] : [name]).flatMap(
    (step) => step ?? [],
  );
}

import type { TlsFacts } from '../../../probes/facts.ts';
import type { Finding, Target } from '../../model/report.ts';
import { dialledAddresses } from '../addresses.ts';
import { failedWith, tlsOf } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand, showIssuerCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { isOwn } from '../instance.ts';
import type { Rule, Scene } from '../rule.ts';
import { brief, list } from '../text.ts';

const CERTIFICATE = ['tls_name_mismatch', 'tls_expired', 'tls_not_yet_valid', 'tls_untrusted'] as const;

/** Certificates that do not fit the endpoint, one finding for each certificate. */
export const wrongCertificate: Rule = (scene) => {
  const wrong = scene.open.filter(
    (target) => failedWith(target, CERTIFICATE) && tlsOf(target)?.chain[0] !== undefined,
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
  return createFinding('wrong-certificate', {
    title: `${hosts} ${verdict(first?.failure ?? null)}`,
    explanation:
      `${facts === null ? '' : evidence(facts)} It came from ${list(targets.flatMap(dialledAddresses), 4)}.`.trim(),
    targets,
    remedy: [...ownChain(facts, targets), ...stepsFor(first?.failure ?? null)],
    confirm:
      single === undefined
        ? rerunCommand(observations, targets)
        : showIssuerCommand(single.host, single.port),
  });
}

function verdict(failure: Target['failure']): string {
  if (failure === 'tls_expired') return 'presents an expired certificate';
  if (failure === 'tls_not_yet_valid') return 'presents a certificate that is not valid yet';
  if (failure === 'tls_untrusted') return 'presents a certificate of an authority that is not trusted here';
  return 'presents a certificate for other names';
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

/** The general remedy has a step for the name, one for the dates and one for a private authority. */
function stepsFor(failure: Target['failure']): readonly string[] {
  const [name, validity, authority] = CAUSE_TEXTS['wrong-certificate'].remedy;
  if (failure === 'tls_expired' || failure === 'tls_not_yet_valid')
    return [validity, name].flatMap((step) => step ?? []);
  return (failure === 'tls_untrusted' ? [authority, name] : [name]).flatMap((step) => step ?? []);
}

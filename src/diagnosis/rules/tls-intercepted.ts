import type { TlsFacts } from '../../../probes/facts.ts';
import { isAzureService } from '../../model/azure.ts';
import type { Target } from '../../model/report.ts';
import { failedWith, tlsOf } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand, showIssuerCommand } from '../command.ts';
import { byWeight, createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { brief, count, list } from '../text.ts';

/** Certificates with the right name from an authority that does not issue for the service. */
export const tlsIntercepted: Rule = ({ observations, open }) => {
  const untrusted = open.filter(
    (target) => failedWith(target, ['tls_untrusted']) && tlsOf(target)?.chain[0] !== undefined,
  );
  const copied = untrusted.filter((target) => isAzureService(target) && tlsOf(target)?.nameMatches === true);
  const [sample] = copied;
  if (sample === undefined) return [];
  const devices = new Set(copied.map(issuerOf));
  // A known inspecting authority explains all other certificates that it issued.
  const explained = untrusted.filter((target) => devices.has(issuerOf(target))).toSorted(byWeight);
  const [exempt = '', ...others] = CAUSE_TEXTS['tls-intercepted'].remedy;
  const host = explained.length === 1 ? sample : null;
  return [
    createFinding('tls-intercepted', {
      title: `TLS is intercepted by ${list(
        [...devices].map((issuer) => `“${brief(issuer, 60)}”`),
        3,
      )}`,
      explanation: `${[...devices].map((issuer) => explainInterception(issuer, explained)).join(' ')} ${trustOf(explained)}`,
      targets: explained,
      remedy: [exempt, exemptionStep(explained), ...others],
      confirm:
        host === null ? rerunCommand(observations, explained) : showIssuerCommand(host.host, host.port),
    }),
  ];
};

/** The key of an inspecting device: the issuer's organisation, else the issuer's whole name. */
function issuerOf(target: Target): string {
  const leaf = tlsOf(target)?.chain[0];
  return leaf?.issuerOrganization ?? leaf?.issuer ?? 'an unnamed issuer';
}

function explainInterception(issuer: string, explained: readonly Target[]): string {
  const own = explained.filter((target) => issuerOf(target) === issuer);
  const dn =
    own.map((target) => tlsOf(target)?.chain[0]?.issuer).find((name) => name !== undefined) ?? issuer;
  return (
    `${count(own.length, 'endpoint')} (${list(
      own.map(({ host }) => host),
      4,
    )}) presented a certificate issued by ` +
    `“${brief(dn)}”, while the services use Microsoft Corporation and DigiCert.`
  );
}

function trustOf(explained: readonly Target[]): string {
  const facts = explained.flatMap((target) => tlsOf(target) ?? []);
  const extra = facts.filter(({ trust }) => trust === 'extra').length;
  if (extra === facts.length)
    return 'The chain verifies only by a root given with --ca-file, which API Management does not have.';
  const errors = list(
    facts
      .flatMap(({ trust, trustError }: TlsFacts) => (trust === 'none' && trustError ? [trustError] : []))
      .sort(),
    3,
  );
  return `The chain leads to no public root${errors === '' ? '' : ` (${brief(errors)})`}.`;
}

function exemptionStep(explained: readonly Target[]): string {
  return `The names to exempt: ${list(
    explained.map(({ host }) => host),
    20,
  )}.`;
}

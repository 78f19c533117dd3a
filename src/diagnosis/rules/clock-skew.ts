import type { Observations, Target } from '../../model/report.ts';
import { failedWith, tlsOf } from '../attempts.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { outdatedIn, outdatedOf } from '../outdated-certificate.ts';
import type { Rule } from '../rule.ts';
import { count, duration, list, listHosts } from '../text.ts';

/** The largest clock skew that TLS, Kerberos and Azure's signatures tolerate, in milliseconds. */
const TOLERANCE = 5 * 60_000;
/** This many different certificates do not expire at the same time by chance. */
const MANY = 3;

/** A wrong local clock, by measurement or by several certificates that fail in the same direction. */
export const clockSkew: Rule = ({ observations, targets, open }) => {
  const offset = offsetOf(observations);
  if (offset === null) return skewByCertificates(observations, open);
  if (Math.abs(offset) <= TOLERANCE) return [];
  const explained = open.filter((target) => isDateFailure(target) && wouldBeValid(target, offset));
  const samples = describeSamples(observations);
  const peers = targets.filter(
    ({ id, host, status }) => status === 'reachable' && samples.some((peer) => peer === id || peer === host),
  );
  const direction = offset > 0 ? 'fast' : 'slow';
  return [
    createFinding('clock-skew', {
      title: `This VM’s clock is ${duration(offset)} ${direction}`,
      explanation:
        `The local clock is ${duration(offset)} ${offset > 0 ? 'ahead of' : 'behind'} ${describePeers(samples)}. ` +
        `${count(explained.length, 'endpoint')} failed because a certificate looks expired or not valid yet; ` +
        'tokens and shared access signatures fail for the same reason.',
      targets: explained.length > 0 ? explained : peers,
      confirm: rerunCommand(observations, explained.length > 0 ? explained : peers),
    }),
  ];
};

/** Without a measurement: several certificates fail in one direction, and none contradicts it. */
function skewByCertificates(observations: Observations, open: readonly Target[]): ReturnType<Rule> {
  return (['tls_expired', 'tls_not_yet_valid'] as const).flatMap((failure) => {
    const failed = open.filter(
      (target) => failedWith(target, [failure]) && tlsOf(target)?.trust === 'public',
    );
    const different = new Set(failed.map(outdatedKey));
    if (different.size < MANY) return [];
    const verb = failure === 'tls_expired' ? 'have expired' : 'be not valid yet';
    return createFinding('clock-skew', {
      title: `This VM’s clock seems to be ${failure === 'tls_expired' ? 'fast' : 'slow'}`,
      explanation:
        `${different.size} different certificates of public authorities seem to ${verb} at once, at ` +
        `${listHosts(failed, 4)}. No reply gave a time to compare with.`,
      targets: failed,
      confirm: rerunCommand(observations, failed),
    });
  });
}

function offsetOf({ controls, environment }: Observations): number | null {
  const clock = controls.find(({ name }) => name === 'clock');
  return (clock?.name === 'clock' ? clock.detail.offsetMs : null) ?? environment.clockOffsetMs;
}

function describeSamples({ controls }: Observations): readonly string[] {
  return controls.flatMap((control) =>
    control.name === 'clock' ? control.detail.samples.map(({ peer }) => peer) : [],
  );
}

function describePeers(samples: readonly string[]): string {
  return samples.length === 0
    ? 'its peers'
    : `the median of ${count(samples.length, 'peer')} (${list(samples, 3)})`;
}

function isDateFailure(target: Target): boolean {
  return failedWith(target, ['tls_expired', 'tls_not_yet_valid']);
}

/** Whether the chain is valid at the peers' time; otherwise the certificate itself has expired. */
function wouldBeValid(target: Target, offset: number): boolean {
  const startedAt = target.attempts.at(-1)?.startedAt;
  const tls = tlsOf(target);
  if (startedAt === undefined || tls === null) return true;
  return outdatedIn(tls, Date.parse(startedAt) - offset) === null;
}

/** Identifies the certificate that is out of date: many leaves may share one outdated issuer. */
function outdatedKey(target: Target): string {
  const outdated = outdatedOf(target);
  return outdated === null || outdated.place === 'leaf'
    ? (tlsOf(target)?.chain[0]?.fingerprint256 ?? target.id)
    : `${outdated.subject} ${outdated.validTo}`;
}

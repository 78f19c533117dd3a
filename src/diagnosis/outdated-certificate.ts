/** Which certificate of a chain is out of date. Pure: by the time of the attempt. */
import type { CertificateFacts, TlsFacts } from '../../probes/facts.ts';
import type { Target } from '../model/report.ts';
import { tlsOf } from './attempts.ts';
import { brief } from './text.ts';

export interface OutdatedCertificate {
  readonly place: 'leaf' | 'issuer' | 'root';
  readonly subject: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
}

type Dates = Pick<CertificateFacts, 'validFrom' | 'validTo'>;

/** The first certificate of the chain that is not valid at a time, else its root; null when none is known. */
export function outdatedIn({ chain, root }: TlsFacts, at: number): OutdatedCertificate | null {
  const index = chain.findIndex((certificate) => !isValidAt(certificate, at));
  const found = chain[index];
  if (found !== undefined) return { ...datesOf(found), place: index === 0 ? 'leaf' : 'issuer' };
  return root !== undefined && !isValidAt(root, at) ? { ...datesOf(root), place: 'root' } : null;
}

/** The certificate for which a target failed with tls_expired or tls_not_yet_valid; null when the report lacks it. */
export function outdatedOf(target: Target): OutdatedCertificate | null {
  const tls = tlsOf(target);
  const attempt = target.attempts.findLast(({ facts }) => facts.tls === tls);
  return tls === null || attempt === undefined ? null : outdatedIn(tls, Date.parse(attempt.startedAt));
}

/** A certificate with an unreadable date is not called outdated. */
function isValidAt({ validFrom, validTo }: Dates, at: number): boolean {
  return !(at < Date.parse(validFrom ?? '') || at > Date.parse(validTo ?? ''));
}

/** “subject”, valid from … to …. */
export function describeOutdated({ subject, validFrom, validTo }: OutdatedCertificate): string {
  return `“${brief(subject)}”, valid from ${validFrom ?? 'an unreadable date'} to ${validTo ?? 'an unreadable date'}`;
}

function datesOf({ subject, validFrom, validTo }: { subject: string } & Dates) {
  return { subject, validFrom, validTo };
}

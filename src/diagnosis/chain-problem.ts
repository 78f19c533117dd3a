/** Why a certificate chain is refused, as text. Pure. */
import type { ChainProblem, TlsFacts } from '../../probes/facts.ts';
import { brief } from './text.ts';

type Describe = (name: string, detail: string) => string;

const DESCRIPTIONS: Readonly<Record<ChainProblem['kind'], Describe>> = {
  expired: (name) => `${name} has expired`,
  'not-yet-valid': (name) => `${name} is not valid yet`,
  'weak-signature': (name, algorithm) => `${name} is signed with ${algorithm}`,
  'weak-key': (name, key) => `${name} has a key that is too weak or of another kind (${key})`,
  'not-a-ca': (name) => `${name} signed a certificate but is not a CA`,
  'may-not-sign': (name) => `${name} signed a certificate, and its key usage lacks keyCertSign`,
  'path-length': (name, limit) => `${name} allows ${limit} CAs below it, and more follow (path length)`,
  purpose: (name) => `the extended key usage of ${name} does not allow a server`,
  'critical-extension': (name, oid) => `${name} has the critical extension ${oid}, which is not supported`,
  'malformed-extension': (name, oid) => `the extension ${oid} of ${name} is malformed`,
  'name-constraint': (name, forbidden) => `${name} may not issue for ${forbidden} (name constraints)`,
};

const ISSUE_ANEW = 'Have the named certificate issued anew';

/** What to do, by the first problem. */
const REMEDIES: Readonly<Record<ChainProblem['kind'], string>> = {
  expired: 'Replace the expired certificate in the chain that the server sends.',
  'not-yet-valid': 'Check the clock of the authority that issued the certificate.',
  'weak-signature': `${ISSUE_ANEW} with SHA-256: clients refuse MD5 and SHA-1, whatever root they trust.`,
  'weak-key': `${ISSUE_ANEW} with an RSA key of 2,048 bits or more, or one on P-256 or P-384.`,
  'not-a-ca': 'Have the certificate issued by a CA: clients refuse what other certificates sign.',
  'may-not-sign': `${ISSUE_ANEW} with keyCertSign in its key usage, or have another CA issue.`,
  'path-length': 'Have the certificate issued by a CA that the path length allows.',
  purpose:
    'Have the certificate issued for server authentication (serverAuth): its extended key usage does not allow a server.',
  'critical-extension': `${ISSUE_ANEW} without that extension, or with the extension not critical.`,
  'malformed-extension': `${ISSUE_ANEW}: clients cannot read that extension.`,
  'name-constraint':
    'Have the certificate issued by a CA without that constraint, or with the names that this one may issue for.',
};

/** A clause: which certificate, and what is wrong with it. */
export function describeProblem({ kind, subject, detail }: ChainProblem): string {
  return DESCRIPTIONS[kind](
    subject === '' ? 'a certificate without a name' : `“${brief(subject, 80)}”`,
    brief(detail ?? '', 80),
  );
}

/** The problems of a chain that leads to a root and is refused; none for other chains and in older reports. */
export function refusalsOf({ trust, root, chainProblems = [] }: TlsFacts): readonly ChainProblem[] {
  return trust === 'none' && root !== undefined ? chainProblems : [];
}

/** What to do about a refused chain; null for any other. */
export function refusalRemedy(tls: TlsFacts): string | null {
  const [first] = refusalsOf(tls);
  return first === undefined ? null : REMEDIES[first.kind];
}

/** Why the chain does not count: the verifier's error code, if that has a meaning, and the problems; empty for neither. */
export function describeRefusal({ trustError, chainProblems = [] }: TlsFacts): string {
  const isTelling = trustError !== null && (trustError !== 'UNSPECIFIED' || chainProblems.length === 0);
  const problems = chainProblems.slice(0, 3).map(describeProblem);
  return [...(isTelling ? [brief(trustError, 60)] : []), ...problems].join('; ');
}

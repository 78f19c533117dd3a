/**
 * Converts a report between memory and file. Many endpoints present the same certificates, so a file holds each one
 * once, by its SHA-256. In memory every chain is complete, so that rules and renderers need no look-up.
 */
import type { CertificateFacts, Facts, TlsFacts } from '../../probes/facts.ts';
import { LARGEST_REPORT } from './largest-report.ts';
import type { Attempt, Report, Target } from './report.ts';
import type { WrittenReport } from './written-report.ts';

type Certificates = WrittenReport['certificates'];

/** @returns the report in the form of files, with certificates in the order of their keys */
export function toWritten(report: Report): WrittenReport {
  const certificates = new Map<string, Certificates[string]>();
  const targets = withChains(report.targets, (chain) => chain.map((facts) => noted(facts, certificates)));
  return { ...report, targets, certificates: Object.fromEntries([...certificates].sort(byKey)) };
}

/**
 * The same report, entry by entry, so that a large one is not in memory twice.
 * @returns keys and values in their order. Targets are converted as they are read, all of them before the next entry:
 *   the certificates come last
 */
export function* writtenEntries(report: Report): Generator<readonly [string, unknown]> {
  const certificates = new Map<string, Certificates[string]>();
  for (const [key, value] of Object.entries(report))
    yield [key, key === 'targets' ? writtenTargets(report.targets, certificates) : value];
  yield ['certificates', Object.fromEntries([...certificates].sort(byKey))];
}

function* writtenTargets(targets: Report['targets'], certificates: Map<string, Certificates[string]>) {
  for (const target of targets)
    yield* withChains([target], (chain) => chain.map((facts) => noted(facts, certificates)));
}

/** Stores a certificate, which may appear again with more evidence. @returns its key */
function noted(facts: CertificateFacts, certificates: Map<string, Certificates[string]>): string {
  const { fingerprint256, ...certificate } = facts;
  const key = fingerprint256.replaceAll(':', '').toLowerCase();
  certificates.set(key, { ...certificates.get(key), ...certificate });
  return key;
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

export type Restored =
  | { readonly ok: true; readonly report: Report }
  /** The problem, without a full stop. */
  | { readonly ok: false; readonly problem: string };

/** Restores every chain. Refuses a file that would become larger than the limit of a report. */
export function fromWritten({ certificates, ...written }: WrittenReport): Restored {
  const known = new Map(
    Object.entries(certificates).map(([key, certificate]) => [
      key,
      {
        facts: { ...certificate, fingerprint256: key.toUpperCase().replace(/..(?!$)/g, '$&:') },
        size: JSON.stringify(certificate).length,
      },
    ]),
  );
  const missing = new Set<string>();
  let size = 0;
  const targets = withChains(written.targets, (chain) =>
    chain.flatMap((key) => {
      const certificate = known.get(key);
      if (certificate === undefined) missing.add(key);
      size += certificate?.size ?? 0;
      return certificate?.facts ?? [];
    }),
  );
  const [first] = missing;
  if (first !== undefined) return { ok: false, problem: `certificates lacks ${first}, which a chain names` };
  if (size > LARGEST_REPORT) return { ok: false, problem: 'its chains are longer than those of any run' };
  return { ok: true, report: { ...written, targets } };
}

/** A target whose chains hold certificates or their keys. */
type TargetOf<Link> = Omit<Target, 'attempts'> & { attempts: AttemptOf<Link>[] };
type AttemptOf<Link> = Omit<Attempt, 'facts'> & { facts: FactsOf<Link> };
type FactsOf<Link> = Omit<Facts, 'tls'> & {
  tls?: (Omit<TlsFacts, 'chain'> & { chain: Link[] }) | undefined;
};

function withChains<From, To>(
  targets: readonly TargetOf<From>[],
  change: (chain: From[]) => To[],
): TargetOf<To>[] {
  return targets.map((target) => ({
    ...target,
    attempts: target.attempts.map((attempt) => ({ ...attempt, facts: changed(attempt.facts, change) })),
  }));
}

/** Keys keep their order, so that reports diff well. */
function changed<From, To>(facts: FactsOf<From>, change: (chain: From[]) => To[]): FactsOf<To> {
  const { tls, ...others } = facts;
  return tls === undefined ? others : { ...facts, tls: { ...tls, chain: change(tls.chain) } };
}

/** Holds what the agent reports against the truth. Pure. */
import type { Finding, Target } from '../../src/model/report.ts';
import type { Verdict } from '../../src/model/vocabulary.ts';
import type { Outcome } from '../../test/system/vm.ts';
import type { Expected, Explained, Selection } from './situation.ts';

/** How right one run was. */
export interface Judgement {
  /** Cause of the first error or warning; `none` without one. */
  readonly named: string;
  /** The report's verdict; a dash when there is no report. */
  readonly verdict: string;
  /** Ids of targets with a cause that is not theirs. */
  readonly blamed: readonly string[];
  /** What is wrong, one clause each; empty when the run was right. */
  readonly problems: readonly string[];
}

const EXIT_CODES: Readonly<Record<Verdict, number>> = { ready: 0, degraded: 0, blocked: 1, inconclusive: 3 };

/** @param addressOf gives the address that the network has for a host, or undefined */
export function judge(
  { code, report }: Pick<Outcome, 'code' | 'report'>,
  expected: Expected,
  addressOf: (host: string) => string | undefined,
): Judgement {
  const { causes, also = [], explains } = expected;
  const loud = report.findings.filter(({ severity }) => severity !== 'info');
  const main = (expected.isInformation === true ? report.findings : loud)[0];
  const isExplained = (target: Target) => isSelected(target, explains, addressOf);
  const tested = report.targets.filter(({ status }) => status !== 'untested' || explains === 'some');
  const blamed = tested
    .filter(({ cause }) => cause !== null && !also.includes(cause))
    .filter((target) => !causes.includes(target.cause ?? '') || !isExplained(target))
    .map(({ id }) => id);
  const fitting = report.findings.filter(({ cause }) => causes.includes(cause));
  const inEvidence = new Set(fitting.flatMap(({ evidence }) => evidence));
  const lost = (explains === 'some' ? [] : tested)
    .filter(isExplained)
    .filter(({ id, cause }) => !inEvidence.has(id) && !causes.includes(cause ?? ''));
  const verdicts: readonly Verdict[] = [expected.verdict].flat();
  return {
    named: main?.cause ?? 'none',
    verdict: report.verdict,
    blamed,
    problems: [
      ...causeProblems(main, loud, expected),
      ...(blamed.length > 0 ? [`${count(blamed.length, 'target')} blamed wrongly`] : []),
      ...(lost.length > 0 ? [`${count(lost.length, 'target')} not explained`] : []),
      ...(verdicts.includes(report.verdict) ? [] : [`verdict ${report.verdict}`]),
      ...(code === EXIT_CODES[report.verdict] ? [] : [`exit code ${code}`]),
      ...textProblems(fitting, expected),
    ],
  };
}

function causeProblems(main: Finding | undefined, loud: readonly Finding[], expected: Expected): string[] {
  const { causes, also = [], isInformation = false } = expected;
  const problems: string[] = [];
  const isRight = causes.length === 0 ? main === undefined : causes.includes(main?.cause ?? '');
  if (!isRight) problems.push(main === undefined ? 'no finding' : `${main.cause} is named first`);
  const allowed = isInformation ? also : [...causes, ...also];
  const others = loud.filter((finding) => finding !== main && !allowed.includes(finding.cause));
  if (others.length > 0) {
    problems.push(`also ${[...new Set(others.map(({ cause }) => cause))].join(', ')}`);
  }
  if (isInformation && main !== undefined && main.severity !== 'info') problems.push(`as ${main.severity}`);
  const same = loud.filter(({ cause }) => causes.includes(cause));
  if (same.length > 1 && expected.hasSeveralFindings !== true) problems.push(`stated ${same.length} times`);
  return problems;
}

function textProblems(fitting: readonly Finding[], { owner, text }: Expected): string[] {
  const [first] = fitting;
  if (first === undefined) return [];
  const all = [first.title, first.explanation, ...first.remedy].join('\n');
  return [
    ...(owner !== undefined && first.owner !== owner ? [`owner ${first.owner}`] : []),
    ...(text !== undefined && !text.test(all) ? [`the text lacks ${text}`] : []),
  ];
}

function isSelected(
  target: Target,
  explained: Explained,
  addressOf: (host: string) => string | undefined,
): boolean {
  if (typeof explained === 'string') return explained !== 'none';
  return [explained].flat().some((selection: Selection) => {
    const { groups, hosts, ports, addresses } = selection;
    return (
      (groups?.includes(target.group) ?? true) &&
      (hosts?.includes(target.host) ?? true) &&
      (ports?.includes(target.port) ?? true) &&
      (addresses?.includes(addressOf(target.host) ?? '') ?? true)
    );
  });
}

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`;

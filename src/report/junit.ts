/**
 * The report as JUnit XML, for pipelines: a suite for the verdict, and one for each group with a test for each target.
 * A required target that was not reached fails, one that was not tested is an error, and an optional one is skipped
 * with its reason. The verdict is a test of its own, because a finding can block the instance though all was reached.
 */
import { printable } from '../common/printable.ts';
import { cut } from '../common/text-lines.ts';
import { inScope, isReached } from '../diagnosis/verdict.ts';
import type { Finding, Report, Target } from '../model/report.ts';
import { findingsById } from './finding-of-target.ts';
import { describeEndpoint } from './text/trouble.ts';
import { verdictText } from './text/verdict.ts';

const MESSAGE_CHARACTERS = 1000;
const BODY_CHARACTERS = 20_000;
const SHOWN_TARGETS = 20;

/** One test; `time` is in milliseconds. */
interface Case {
  readonly name: string;
  readonly ms: number;
  readonly result: Result | null;
}

/** Why a test did not pass. */
interface Result {
  readonly kind: 'failure' | 'error' | 'skipped';
  readonly type: string;
  readonly message: string;
  /** Made when it is written: 10,000 targets may have one. */
  readonly body: () => readonly string[];
}

/** @returns the document in pieces that each end with a line */
export function* renderJunit(report: Report): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n';
  yield* suiteLines('verdict', 0, [verdictCase(report)], report);
  const findings = findingsById(report);
  const counting = new Set(
    inScope(report.targets, report.scope).filter(({ protocol }) => protocol !== 'icmp'),
  );
  let id = 1;
  for (const [group, targets] of Map.groupBy(report.targets, (target) => target.group)) {
    const cases = targets.map((target) =>
      targetCase(target, target.required && counting.has(target), findings.get(target.id)),
    );
    yield* suiteLines(group, id, cases, report);
    id += 1;
  }
  yield '</testsuites>\n';
}

function verdictCase(report: Report): Case {
  const test = { name: 'verdict', ms: report.durationMs };
  if (report.verdict === 'ready' || report.verdict === 'degraded') return { ...test, result: null };
  const kind = report.verdict === 'blocked' ? 'failure' : 'error';
  const message = verdictText(report);
  const asking = report.findings.filter(({ severity }) => severity !== 'info');
  return {
    ...test,
    result: { kind, type: report.verdict, message, body: () => asking.flatMap(describeFinding) },
  };
}

function describeFinding(finding: Finding): string[] {
  const { explanation, evidence } = finding;
  const [title = '', ...fix] = describeFix(finding);
  const left = evidence.length - SHOWN_TARGETS;
  return [
    title,
    explanation,
    ...evidence.slice(0, SHOWN_TARGETS).map((id) => `- ${id}`),
    ...(left > 0 ? [`- and ${left} more`] : []),
    ...fix,
    '',
  ];
}

/** What a finding is, and what to do about it. */
function describeFix({ title, cause, owner, remedy, confirm }: Finding): string[] {
  return [
    `${title} (${cause}, owner ${owner})`,
    ...remedy.map((step, index) => `${index + 1}. ${step}`),
    ...(confirm === '' ? [] : [`Confirm with: ${confirm}`]),
  ];
}

/** @param required whether the verdict counts it as such */
function targetCase(target: Target, required: boolean, finding: Finding | undefined): Case {
  const { protocol, latency } = target;
  return {
    name: `${protocol} ${describeEndpoint(target)}`,
    ms: latency.totalMs?.median ?? 0,
    result: targetResult(target, required, finding),
  };
}

function targetResult(target: Target, required: boolean, finding: Finding | undefined): Result | null {
  const { status, reason, failure, cause, purpose } = target;
  if (isReached(target)) return null;
  const untested = status === 'untested';
  const seen = [failure, cause].filter((word) => word !== null).join(', ');
  const why = untested ? `not tested: ${reason ?? failure ?? 'no reason given'}` : `not reached: ${seen}`;
  const kind = required ? (untested ? 'error' : 'failure') : 'skipped';
  const message = required ? why : `${target.required ? 'outside of the scope' : 'optional'}, ${why}`;
  const body = () => [`Needed for: ${purpose}`, ...(finding === undefined ? [] : describeFix(finding))];
  return { kind, type: cause ?? failure ?? status, message, body };
}

function* suiteLines(name: string, id: number, cases: readonly Case[], report: Report): Generator<string> {
  const having = (kind: Result['kind']) => cases.filter(({ result }) => result?.kind === kind).length;
  const { vm } = report.environment;
  const attributes = {
    package: 'apim-probe',
    id,
    name,
    // The schema has no time zone.
    timestamp: report.startedAt.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length),
    hostname: vm?.hostName || vm?.name || 'localhost',
    tests: cases.length,
    failures: having('failure'),
    errors: having('error'),
    skipped: having('skipped'),
    time: seconds(cases.reduce((sum, { ms }) => sum + ms, 0)),
  };
  const property = attributeText({ name: 'apim-probe.version', value: report.agent.version });
  yield `  <testsuite${attributeText(attributes)}>\n    <properties>\n      <property${property}/>\n    </properties>\n`;
  for (const test of cases) yield caseText(name, test);
  yield '    <system-out/>\n    <system-err/>\n  </testsuite>\n';
}

function caseText(suite: string, { name, ms, result }: Case): string {
  const attributes = attributeText({ classname: `apim-probe.${suite}`, name, time: seconds(ms) });
  if (result === null) return `    <testcase${attributes}/>\n`;
  const { kind, type, message, body } = result;
  const lines = body()
    .map((line) => printable(line, MESSAGE_CHARACTERS))
    .join('\n');
  // Cuts before it escapes: an entity stays whole.
  const text = escapeXml(cut(lines, BODY_CHARACTERS));
  // A skipped test has no type.
  const why = attributeText(kind === 'skipped' ? { message } : { message, type });
  return `    <testcase${attributes}>\n      <${kind}${why}>${text}</${kind}>\n    </testcase>\n`;
}

function attributeText(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(printable(String(value), MESSAGE_CHARACTERS))}"`)
    .join('');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** @param text printable, but for line feeds; XML 1.0 has no U+FFFE and U+FFFF */
function escapeXml(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
    .replace(/[\ufffe\uffff]/g, '\ufffd');
}

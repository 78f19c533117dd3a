/** The report as a ticket in Markdown, for GitHub, Azure DevOps and Jira: the verdict, the findings, then the endpoints. */
import { capitalize, count, duration, few } from '../common/wording.ts';
import type { Finding, Report, Target } from '../model/report.ts';
import { findingsById } from './finding-of-target.ts';
import { code, codeBlock, prose, table } from './markdown-text.ts';
import { OWNER_LABELS } from './text/findings.ts';
import { describeReached } from './text/table.ts';
import { describeEndpoint, isIgnored, whyUntested } from './text/trouble.ts';
import { verdictText } from './text/verdict.ts';

/** Jira takes 32,767 characters, GitHub 65,536; findings past this length are rows of a table. */
const FINDINGS_CHARACTERS = 16_000;
const TEXT_CHARACTERS = 1200;
const NAME_CHARACTERS = 120;
const SHOWN_TARGETS = 8;
const SHOWN_TROUBLE = 40;
const SHOWN_SHORT_FINDINGS = 30;
const TROUBLE = ['unreachable', 'intermittent', 'untested'] as const;
const WORST = { unreachable: 'not reached', intermittent: 'not every time', untested: 'not tested' } as const;

/** @returns the text with its end of line; its length has a limit, whatever the report holds */
export function renderMarkdown(report: Report): string {
  const blocks = [
    headerLines(report),
    ...findingBlocks(report.findings),
    troubleLines(report),
    groupLines(report.targets),
    [`Report ${code(report.id)}: the JSON report of this run has the evidence.`],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headerLines(report: Report): string[] {
  const { cloud, region, vm, network, dns } = report.environment;
  const facts: [string, string][] = [
    [
      'Run',
      `${report.startedAt}, took ${duration(report.durationMs)}, apim-probe ${code(report.agent.version)}`,
    ],
    [
      'Where',
      [
        `${cloud} cloud`,
        ...[region].flatMap((name) => (name === null ? [] : [code(name, NAME_CHARACTERS)])),
      ].join(', '),
    ],
    ['VM', vm === null ? 'unknown' : code(vm.name, NAME_CHARACTERS)],
    ['Subnet', network.subnet === null ? 'unknown' : code(network.subnet, NAME_CHARACTERS)],
    ['DNS servers', code(few(dns.servers, 4), NAME_CHARACTERS)],
    ...Object.entries(report.labels).map(([key, value]): [string, string] => [
      prose(key, NAME_CHARACTERS),
      code(value, NAME_CHARACTERS),
    ]),
  ];
  return [
    `## API Management subnet: ${report.verdict}`,
    '',
    prose(verdictText(report), TEXT_CHARACTERS),
    '',
    ...table(['about', 'this run'], facts),
  ];
}

/** The findings in full as far as there is room, and the others as rows. */
function findingBlocks(findings: readonly Finding[]): string[][] {
  if (findings.length === 0) return [];
  const blocks: string[][] = [];
  let room = FINDINGS_CHARACTERS;
  for (const finding of findings) {
    const lines = findingLines(finding);
    room -= lines.join('\n').length;
    if (room < 0) break;
    blocks.push(lines);
  }
  return [['## Findings'], ...blocks, shortLines(findings.slice(blocks.length))];
}

function findingLines(finding: Finding): string[] {
  const { title, severity, owner, cause, explanation, evidence, remedy, confirm, reference } = finding;
  return [
    `### ${capitalize(severity)}: ${prose(title, TEXT_CHARACTERS)}`,
    '',
    `Owner: ${OWNER_LABELS[owner]}. Cause: ${code(cause)}.`,
    '',
    prose(explanation, TEXT_CHARACTERS),
    '',
    ...evidenceLines(evidence),
    ...(remedy.length > 0 ? ['Fix:', ''] : []),
    ...remedy.map((step, index) => `${index + 1}. ${prose(step, TEXT_CHARACTERS)}`),
    '',
    ...(confirm === '' ? [] : ['Confirm with:', '', ...codeBlock(confirm, 'sh', TEXT_CHARACTERS), '']),
    ...(reference === '' ? [] : [`See: ${prose(reference, TEXT_CHARACTERS)}`]),
  ];
}

function evidenceLines(ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  const left = ids.length - SHOWN_TARGETS;
  return [
    `Explains ${count(ids.length, 'endpoint')}:`,
    '',
    ...ids.slice(0, SHOWN_TARGETS).map((id) => `- ${code(id, NAME_CHARACTERS)}`),
    ...(left > 0 ? [`- and ${left} more`] : []),
    '',
  ];
}

function shortLines(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const left = findings.length - SHOWN_SHORT_FINDINGS;
  const rows = findings
    .slice(0, SHOWN_SHORT_FINDINGS)
    .map(({ severity, title, cause, owner }) => [
      severity,
      prose(title, NAME_CHARACTERS),
      code(cause),
      owner,
    ]);
  return [
    ...table(['also found', 'title', 'cause', 'owner'], rows),
    ...(left > 0 ? ['', `And ${left} more.`] : []),
  ];
}

/** Each endpoint that was not reached every time, the required ones first. */
function troubleLines(report: Report): string[] {
  const findings = findingsById(report);
  const all = [true, false].flatMap((required) =>
    TROUBLE.flatMap((status) =>
      report.targets.filter(
        (target) => target.required === required && target.status === status && !isIgnored(target),
      ),
    ),
  );
  if (all.length === 0) return [];
  const left = all.length - SHOWN_TROUBLE;
  return [
    '## Endpoints that were not reached',
    '',
    ...table(
      ['endpoint', 'required', 'result', 'why', 'owner'],
      all.slice(0, SHOWN_TROUBLE).map((target) => troubleRow(target, findings.get(target.id))),
    ),
    ...(left > 0 ? ['', `And ${left} more.`] : []),
  ];
}

function troubleRow(target: Target, finding: Finding | undefined): string[] {
  const { required, status, failure, cause } = target;
  const seen = [failure, cause].flatMap((word) => (word === null ? [] : [code(word)])).join(', ');
  return [
    code(describeEndpoint(target), NAME_CHARACTERS),
    required ? 'yes' : 'no',
    status === 'reachable' ? status : WORST[status],
    status === 'untested' ? prose(whyUntested(target), NAME_CHARACTERS) : seen,
    finding?.owner ?? '',
  ];
}

function groupLines(targets: readonly Target[]): string[] {
  if (targets.length === 0) return [];
  const rows = [...Map.groupBy(targets, ({ group }) => group)].map(([group, members]) => [
    code(group),
    describeReached(members.filter(({ required }) => required)),
    describeReached(members.filter(({ required }) => !required)),
  ]);
  return ['## Endpoints by group', '', ...table(['group', 'required', 'optional'], rows)];
}

/** The verdict: one sentence that a person reads last and a script's log keeps. */
import type { Counts, Report, Target } from '../schema.ts';
import type { Group } from '../vocabulary.ts';
import { count, duration, few, wrap } from './lines.ts';
import { MARK_OF_VERDICT, type Palette } from './palette.ts';

const SHOWN_TARGETS = 3;
const SHOWN_GROUPS = 6;

/** The flag that gives a group its names, where the documents cannot. */
const FLAG: Readonly<Partial<Record<Group, string>>> = {
  'storage-blob': '--storage NAME',
  'storage-table': '--storage NAME',
  'storage-queue': '--storage NAME',
  'storage-file': '--storage NAME',
  sql: '--sql NAME',
  'key-vault': '--key-vault NAME',
  'event-hubs': '--event-hubs NAME',
  redis: '--redis HOST',
  gateway: '--apim NAME',
  'control-plane': '--apim NAME',
};

/** Why the run ended early, when it did, and the verdict. */
export function verdictLines(report: Report, width: number, palette: Palette): string[] {
  const [head = '', ...rest] = wrap(`${report.verdict.toUpperCase()}: ${sentence(report)}`, width);
  const word = report.verdict.toUpperCase();
  const tone = palette.strong(palette.tone(MARK_OF_VERDICT[report.verdict], word));
  return [...interruptionLines(report, width), tone + head.slice(word.length), ...rest];
}

function interruptionLines(report: Report, width: number): string[] {
  if (report.interrupted === null) return [];
  const after = `after ${duration(report.durationMs)}`;
  const untested = report.targets.filter((target) => target.status === 'untested').length;
  const left = untested > 0 ? `${count(untested, 'endpoint')} not tested` : 'every endpoint had been tested';
  const reasons = {
    SIGINT: `Stopped by SIGINT ${after}: ${left}.`,
    SIGTERM: `Stopped by SIGTERM ${after}: ${left}.`,
    deadline: `The deadline came ${after}: ${left}. --deadline MS gives a run longer.`,
    defect: `A defect in apim-probe ended the run ${after}: ${left}. Please report it with the JSON report.`,
  };
  return wrap(reasons[report.interrupted], width);
}

function sentence(report: Report): string {
  const { required, optional } = report.summary;
  const others = optional.total > 0 ? `; optional: ${reached(optional)}` : '';
  switch (report.verdict) {
    case 'ready':
      return `every required endpoint was reached (${reached(required)})${others}.`;
    case 'degraded':
      return `every required endpoint was reached (${reached(required)}${unsteady(required)})${others}${unsteady(optional)}.`;
    case 'blocked':
      return `${reached(required)} required endpoints were reached${missed(report)}${others}.`;
    case 'inconclusive':
      return `${reached(required)} required endpoints were reached; ${open(report)}${others}.`;
  }
}

/** An endpoint that answered some of the time was reached; `unsteady` says so beside it. */
function reached(counts: Counts): string {
  return `${counts.reachable + counts.intermittent} of ${counts.total}`;
}

function unsteady(counts: Counts): string {
  return counts.intermittent > 0 ? `, ${counts.intermittent} of them not every time` : '';
}

function missed(report: Report): string {
  const ids = requiredOf(report, 'unreachable').map((target) => target.id);
  return ids.length > 0 ? `; not reached: ${few(ids, SHOWN_TARGETS)}` : '';
}

function requiredOf(report: Report, status: Target['status']): Target[] {
  return report.targets.filter((target) => target.required && target.status === status);
}

/** What an inconclusive run leaves open, and what to give the next one. */
function open(report: Report): string {
  const untested = requiredOf(report, 'untested');
  const groups = [...new Set(untested.map((target) => target.group))];
  // A template such as `<name>` stands where the plan was given no name.
  const nameless = untested.filter((target) => target.host.includes('<'));
  const flags = [...new Set(nameless.flatMap((target) => FLAG[target.group] ?? []))];
  const what =
    groups.length > 0 ? `nothing tested for ${few(groups, SHOWN_GROUPS)}` : 'too little was learnt';
  return flags.length > 0 ? `${what}: give ${flags.join(', ')}` : what;
}

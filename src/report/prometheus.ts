/**
 * The report as metrics in Prometheus' text format, for the textfile collector of node_exporter. No metric names a host,
 * and the number of series does not grow with the number of targets.
 */
import { printable } from '../common/printable.ts';
import type { Report, Target } from '../model/report.ts';
import { STATUSES, VERDICTS } from '../model/vocabulary.ts';

/** The region and the cloud are short; a report that others made may hold anything. */
const LABEL_CHARACTERS = 100;

/** Microseconds, of what was measured in milliseconds. */
const DIGITS = 6;

type Labels = Readonly<Record<string, string | boolean>>;
type Sample = readonly [labels: Labels, value: number];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** @returns the metrics, each line with its end */
export function renderPrometheus(report: Report): string {
  return metricsOf(report)
    .filter(({ samples }) => samples.length > 0)
    .map(metricText)
    .join('');
}

function metricsOf(report: Report): Metric[] {
  const byGroup = [...Map.groupBy(report.targets, ({ group }) => group)];
  const each = (value: (targets: readonly Target[]) => number | null): Sample[] =>
    byGroup.flatMap(([group, targets]) => {
      const number = value(targets);
      return number === null ? [] : [[{ group }, number] as const];
    });
  const { clockOffsetMs, cloud, region, network } = report.environment;
  const { subnetCapacity: capacity } = network;
  return [
    gauge('info', 'The agent, and where it ran; always 1.', [
      [{ version: report.agent.version, schema: report.schemaVersion, cloud, region: region ?? '' }, 1],
    ]),
    gauge(
      'verdict',
      'Whether the last run ended with this verdict: 1 or 0.',
      VERDICTS.map((verdict) => [{ verdict }, Number(verdict === report.verdict)]),
    ),
    gauge('last_run_timestamp_seconds', 'When the last run ended, in Unix time.', [
      [{}, Date.parse(report.finishedAt) / 1000],
    ]),
    gauge('last_run_duration_seconds', 'How long the last run took.', [[{}, report.durationMs / 1000]]),
    gauge('last_run_interrupted', 'Whether a signal, the deadline or a defect ended the last run: 1 or 0.', [
      [{}, Number(report.interrupted !== null)],
    ]),
    gauge('targets', 'Endpoints by status; those without which API Management cannot work are required.', [
      ...byGroup.flatMap(([group, targets]) => targetSamples(group, targets)),
    ]),
    gauge(
      'findings',
      'Findings of the last run by cause, owner and severity.',
      findingSamples(report, () => 1),
    ),
    gauge(
      'finding_targets',
      'Endpoints that the findings of the last run explain, by cause, owner and severity.',
      findingSamples(report, ({ evidence }) => evidence.length),
    ),
    gauge(
      'connect_seconds',
      'Median time to connect, over the endpoints of the group.',
      each(connectSeconds),
    ),
    gauge(
      'certificate_not_after_timestamp_seconds',
      'When the first of the certificates that the endpoints of the group presented ends, in Unix time.',
      each(firstExpiry),
    ),
    gauge(
      'clock_offset_seconds',
      'This VM’s clock minus the clocks of the services.',
      clockOffsetMs === null ? [] : [[{}, clockOffsetMs / 1000]],
    ),
    gauge(
      'subnet_units',
      'Units of API Management that the subnet can hold beside this VM.',
      capacity === null ? [] : [[{}, capacity.unitsThatFit]],
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `apim_probe_${name}`, help, samples };
}

/** Every status, so that a series does not vanish when its last endpoint has another one. */
function targetSamples(group: string, targets: readonly Target[]): Sample[] {
  return [true, false].flatMap((required) => {
    const members = targets.filter((target) => target.required === required);
    if (members.length === 0) return [];
    return STATUSES.map((status) => {
      const number = members.filter((target) => target.status === status).length;
      return [{ group, required, status }, number] as const;
    });
  });
}

/** One sample for all findings with the same labels, since a series must not appear twice. */
function findingSamples(
  { findings }: Report,
  value: (finding: Report['findings'][number]) => number,
): Sample[] {
  const alike = Map.groupBy(findings, ({ cause, owner, severity }) => `${cause} ${owner} ${severity}`);
  return [...alike.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { cause, owner, severity } = first;
    return [[{ cause, owner, severity }, members.reduce((sum, finding) => sum + value(finding), 0)] as const];
  });
}

function connectSeconds(targets: readonly Target[]): number | null {
  const times = targets.flatMap(({ latency }) => latency.connectMs?.median ?? []).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  return median === undefined ? null : median / 1000;
}

function firstExpiry(targets: readonly Target[]): number | null {
  let first = Number.POSITIVE_INFINITY;
  for (const { facts } of targets.flatMap(({ attempts }) => attempts)) {
    const ends = Date.parse(facts.tls?.chain[0]?.validTo ?? '');
    if (ends < first) first = ends;
  }
  return Number.isFinite(first) ? first / 1000 : null;
}

function metricText({ name, help, samples }: Metric): string {
  const lines = samples.map(
    ([labels, value]) => `${name}${labelText(labels)} ${Number(value.toFixed(DIGITS))}\n`,
  );
  return [`# HELP ${name} ${help}\n`, `# TYPE ${name} gauge\n`, ...lines].join('');
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeLabel(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** By the text format: a backslash and a quote are escaped, and so would be a line feed, which is printable by then. */
function escapeLabel(value: string): string {
  return printable(value, LABEL_CHARACTERS).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

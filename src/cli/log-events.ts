/** What a run tells of itself, as lines of the log. What peers have said stands under `peer` alone. */
import type { Logger } from 'pino';
import { printableAll } from '../common/printable.ts';
import { outcomeOf } from '../diagnosis/status.ts';
import type { Attempt, Report, Resolution } from '../model/report.ts';
import type { ProgressEvent } from '../run/progress.ts';

/** Phases at `info`; what was tried with each target, step by step, at `debug`; whole chains at `trace`. */
export function logEvent(log: Logger, event: ProgressEvent): void {
  switch (event.kind) {
    case 'phase':
      log.info(event);
      break;
    case 'resolved':
      for (const resolution of event.resolutions) log.debug(resolutionLine(event.id, resolution));
      break;
    case 'attempt':
      logAttempt(log, event.id, event.attempt);
      break;
    case 'end': {
      const { status, failure } = outcomeOf(event.target);
      log.debug({ kind: event.kind, id: event.id, status, failure });
      break;
    }
    default:
      log.debug(event);
  }
}

function resolutionLine(id: string, { server, rcode, ms, addresses, cname, authority }: Resolution): object {
  return { kind: 'resolution', id, server, rcode, ms, peer: printableAll({ addresses, cname, authority }) };
}

function logAttempt(log: Logger, id: string, { address, addressFrom, ok, failure, steps, facts }: Attempt) {
  for (const { name, ms, ok: went } of steps) {
    log.debug({ kind: 'step', id, address, step: name, ms, ok: went });
  }
  const { tls, ...rest } = facts;
  const peer = printableAll(tls === undefined ? rest : { ...rest, tls: { ...tls, chain: leafOf(tls) } });
  log.debug({ kind: 'attempt', id, address, addressFrom, ok, failure, peer });
  if (tls === undefined) return;
  // Whole certificates are in the report; their names would pass the redaction of a line.
  const chain = tls.chain.map(({ der: _der, ...certificate }) => certificate);
  log.trace({ kind: 'certificates', id, address, peer: printableAll(chain) });
}

/** Whose certificate it was, and who says so; the rest of a chain is long and seldom asked for. */
function leafOf({ chain }: NonNullable<Attempt['facts']['tls']>): object[] {
  return chain.slice(0, 1).map(({ subject, issuer, validTo }) => ({ subject, issuer, validTo }));
}

/** What the run came to, as one line. */
export function logOutcome(log: Logger, report: Report, files: readonly string[]): void {
  const { id, verdict, interrupted, durationMs, summary } = report;
  const causes = [...new Set(report.findings.map(({ cause }) => cause))];
  log.info({ kind: 'report', report: id, verdict, interrupted, durationMs, summary, causes, files });
}

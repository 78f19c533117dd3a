/** Writes the events of a run to the log. Only the field `peer` has data from peers. */
import type { Logger } from 'pino';
import { printableAll } from '../common/printable.ts';
import { outcomeOf } from '../diagnosis/status.ts';
import type { Attempt, Report, Resolution } from '../model/report.ts';
import type { ProgressEvent } from '../run/progress.ts';

/** Logs phases at `info`, the steps of each target at `debug`, and whole chains at `trace`. */
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
  // The report has the whole certificates; encoded names would pass the redaction of a line.
  const chain = tls.chain.map(({ der: _der, ...certificate }) => certificate);
  log.trace({ kind: 'certificates', id, address, peer: printableAll(chain) });
}

/** Subject and issuer of the leaf certificate; the rest of a chain is long and rarely needed. */
function leafOf({ chain }: NonNullable<Attempt['facts']['tls']>): object[] {
  return chain.slice(0, 1).map(({ subject, issuer, validTo }) => ({ subject, issuer, validTo }));
}

/** Logs the result of the run as one line. */
export function logOutcome(log: Logger, report: Report, files: readonly string[]): void {
  const { id, verdict, interrupted, durationMs, summary } = report;
  const causes = [...new Set(report.findings.map(({ cause }) => cause))];
  log.info({ kind: 'report', report: id, verdict, interrupted, durationMs, summary, causes, files });
}

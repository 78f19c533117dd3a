/** Opens the reports named on the command line, by path or `-` for stdin, for every command. */
import { resolve } from 'node:path';
import type { NetworkStatus } from '../azure/network-status.ts';
import { recognise } from '../azure/read.ts';
import { quotePath } from '../common/mask.ts';
import { systemReason } from '../common/system-reason.ts';
import { UsageError } from '../common/usage-error.ts';
import { redactValue } from '../delivery/redaction/redact.ts';
import { LARGEST_REPORT } from '../model/largest-report.ts';
import {
  parseReport,
  type Recognised,
  type Refusal,
  readReportBytes,
  readReportFile,
  refuse,
  WANTED,
} from '../model/read-report.ts';
import type { Report } from '../model/report.ts';
import { type Io, writeMessage } from './io.ts';

/** A redacted report. */
export interface OpenReport {
  readonly kind: 'report';
  /** The file, for messages: in quotes, or `stdin`. */
  readonly name: string;
  readonly report: Report;
  /** The redacted JSON of the file, with unknown fields of other minor versions. */
  readonly value: object;
  /** Reads the file again, unredacted. */
  readonly openAgain: () => Promise<Recognised | Refusal>;
}

/** @throws UsageError when it is not a report that this version reads */
export async function openReport(path: string, io: Io): Promise<OpenReport> {
  const [report] = await openAll([path], io, openOne);
  if (report === undefined) throw new Error('a report that was opened is missing');
  return report;
}

/** @throws UsageError naming each file that is not a report that this version reads */
export function openReports(paths: readonly string[], io: Io): Promise<OpenReport[]> {
  return openAll(paths, io, openOne);
}

/** Reports and replies of NetworkStatus. @throws UsageError naming each file that is neither */
export function openComparables(paths: readonly string[], io: Io): Promise<(OpenReport | NetworkStatus)[]> {
  return openAll<OpenReport | NetworkStatus>(
    paths,
    io,
    (source) => networkStatusIn(source) ?? openOne(source),
  );
}

interface Opened<Kind> {
  readonly ok: true;
  readonly opened: Kind;
  readonly notes: readonly string[];
}

interface Source {
  readonly name: string;
  readonly read: Recognised | Refusal;
  readonly again: () => Promise<Recognised | Refusal>;
}

type Open<Kind> = (source: Source) => Opened<Kind> | Pick<Refusal, 'ok' | 'problem'>;

async function openAll<Kind>(paths: readonly string[], io: Io, open: Open<Kind>): Promise<Kind[]> {
  if (paths.filter((path) => path === '-').length > 1) throw new UsageError(['"-" is stdin: give it once']);
  const all: Kind[] = [];
  const problems: string[] = [];
  const notes: string[] = [];
  for (const path of paths) {
    const source = await read(path, io);
    const { name } = source;
    const result = open(source);
    if (result.ok) all.push(result.opened);
    else problems.push(`${name} ${result.problem}`);
    if (result.ok) notes.push(...result.notes.map((note) => `${name}: ${note}`));
  }
  if (problems.length > 0) throw new UsageError(problems);
  for (const note of notes) await writeMessage(io.stderr, `note: ${note}`);
  return all;
}

async function read(path: string, io: Io): Promise<Source> {
  if (path !== '-') {
    const again = () => readReportFile(resolve(io.cwd, path));
    return { name: quotePath(path), read: await again(), again };
  }
  const stdin = await readStdin(io);
  return { name: 'stdin', read: stdin, again: async () => stdin };
}

const openOne: Open<OpenReport> = ({ name, read, again }) => {
  if (!read.ok) return read;
  const value = redactValue(read.value);
  const parsed = parseReport(value);
  if (!parsed.ok) return parsed;
  const { report, notes } = parsed;
  return { ok: true, opened: { kind: 'report', name, report, value, openAgain: again }, notes };
};

/** @returns null for a file without a reply of Azure */
function networkStatusIn({ read }: Source): ReturnType<Open<NetworkStatus>> | null {
  if (read.ok || read.reply === null) return null;
  const reading = recognise(read.reply);
  if (!reading.ok) return reading.isUnknown ? null : reading;
  const document = reading.documents.find(({ kind }) => kind === 'network-status');
  return document?.kind === 'network-status' ? { ok: true, opened: redactValue(document), notes: [] } : null;
}

async function readStdin(io: Io): Promise<Recognised | Refusal> {
  const stdin = io.stdin();
  if (stdin.isTTY === true) return refuse('is a terminal: pipe a report into this command');
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stdin) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > LARGEST_REPORT)
        return refuse(`is larger than ${LARGEST_REPORT / 1024 ** 2} MiB; name ${WANTED}`);
    }
  } catch (error) {
    return refuse(`cannot be read: ${systemReason(error)}`);
  }
  return readReportBytes(Buffer.concat(chunks));
}

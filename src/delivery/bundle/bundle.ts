/** A bundle: one archive with what support needs, redacted. */
import { createHash } from 'node:crypto';
import { harmlessJson } from '../../common/escaped-json.ts';
import type { RedactionLevel } from '../../config/types.ts';
import { parseReport, type Recognised, type Refusal } from '../../model/read-report.ts';
import { withStrictNote } from '../../model/strict-note.ts';
import { renderText } from '../../report/text.ts';
import { VERSION } from '../../version.ts';
import type { PublicNames } from '../redaction/hosts.ts';
import { hideKnownSecrets } from '../redaction/known-secrets.ts';
import { createRedactor } from '../redaction/redactor.ts';
import type { Legend, RedactionKind, Redactor } from '../redaction/types.ts';
import { entryName } from './entry-name.ts';
import { logTail } from './log-tail.ts';
import type { Entry, LeftOut, Redactions } from './types.ts';

export interface BundleContents {
  readonly level: RedactionLevel;
  /** What the strict level leaves readable. */
  readonly names: PublicNames;
  /** The key of the pseudonyms that this bundle shares with others; random when it is left out. */
  readonly shared?: { readonly key: Uint8Array; readonly digits: number } | undefined;
  readonly madeAt: Date;
  /** Each opens a report, the newest first. One that cannot be read is named in the manifest. */
  readonly reports: readonly (() => Promise<Recognised | Refusal>)[];
  /** Path of the log, or null. */
  readonly log: string | null;
  /** The effective options, or the error in them. */
  readonly config: unknown;
  readonly hostInfo: object;
  /** Notes for the user on how it was made; in the manifest. */
  readonly notes: readonly string[];
  /** Called after the last file, at the strict level. */
  readonly finished?: (legend: Legend) => void;
}

/** Counts replacements, file by file. */
class Counter {
  #counts: Partial<Record<RedactionKind, number>> = {};

  readonly count = (kind: RedactionKind): void => {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
  };

  /** The counts since the last call. */
  take(): Redactions {
    const counts = this.#counts;
    this.#counts = {};
    return Object.fromEntries(Object.entries(counts).sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

/** The files of a bundle, one at a time; the manifest is the last. */
export async function* makeBundle(contents: BundleContents): AsyncGenerator<Entry, void, void> {
  const counter = new Counter();
  const redactor = createRedactor({
    level: contents.level,
    names: contents.names,
    key: contents.shared?.key,
    digits: contents.shared?.digits,
    count: counter.count,
  });
  if (contents.level === 'strict') await learn(redactor, contents);
  counter.take();
  const files: Listed[] = [];
  const leftOut: LeftOut[] = [];
  const entry = (name: string, text: string): Entry => {
    const made = { name, bytes: Buffer.from(hideKnownSecrets(text)), redactions: counter.take() };
    files.push(listed(made));
    return made;
  };
  const json = (value: unknown): string => harmlessJson(redactor.value(value));

  let text: string | null = null;
  for (const [index, open] of contents.reports.entries()) {
    const reading = redacted(await open(), redactor, contents.level);
    if (!reading.ok) {
      leftOut.push({ name: `report ${index + 1} of ${contents.reports.length}`, reason: reading.problem });
      counter.take();
      continue;
    }
    text ??= renderText(reading.report, { color: false, width: 80, quiet: false });
    const name = entryName(reading.report, new Set(files.map((file) => file.name)));
    yield entry(name, harmlessJson(reading.value));
  }
  if (text !== null) yield entry('report.txt', text);
  if (contents.log !== null) {
    const tail = logTail(contents.log, redactor);
    if (tail.ok) yield entry('apim-probe.log', tail.text);
    else leftOut.push({ name: 'apim-probe.log', reason: tail.reason });
  }
  yield entry('config.json', json(contents.config));
  yield entry('environment.json', json(contents.hostInfo));
  const manifest = json(manifestOf(contents, files, leftOut));
  yield { name: 'manifest.json', bytes: Buffer.from(hideKnownSecrets(manifest)), redactions: counter.take() };
  const legend = redactor.legend();
  if (legend !== null) contents.finished?.(legend);
}

function redacted(read: Recognised | Refusal, redactor: Redactor, level: RedactionLevel) {
  if (!read.ok) return read;
  const hidden = redactor.value(read.value);
  const value = level === 'strict' ? withStrictNote(hidden) : hidden;
  const reading = parseReport(value);
  return reading.ok ? { ...reading, value } : reading;
}

/** Scans everything before the first file is written: a name is often recognisable in one place only. */
async function learn(redactor: Redactor, { reports, log, config, hostInfo }: BundleContents): Promise<void> {
  redactor.learn(config);
  redactor.learn(hostInfo);
  for (const open of reports) {
    const read = await open();
    if (read.ok) redactor.learn(read.value);
  }
  const plain = { text: (text: string) => text, value: <T>(value: T) => value };
  const tail = log === null ? null : logTail(log, plain);
  if (tail?.ok === true) redactor.learn(tail.text);
}

interface Listed {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly redactions: Redactions;
}

function listed({ name, bytes, redactions }: Entry): Listed {
  return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), redactions };
}

const LEVELS: Readonly<Record<RedactionLevel, string>> = {
  standard: 'Secrets are replaced by ***. Host names, addresses and ids are as they are.',
  strict:
    'Secrets are replaced by ***. Names, labels, paths of options, private addresses, users and ids are pseudonyms. ' +
    'Addresses keep their subnets: what shares a prefix still does.',
};

const SHARED = 'The pseudonyms are those of this VM’s uploads and strict reports.';
const ALONE = 'Each name has one pseudonym in this bundle, and another one elsewhere.';

function meaning({ level, shared }: BundleContents): string {
  if (level === 'standard') return LEVELS.standard;
  return `${LEVELS.strict} ${shared === undefined ? ALONE : SHARED}`;
}

function manifestOf(contents: BundleContents, files: readonly Listed[], leftOut: readonly LeftOut[]): object {
  return {
    agent: `apim-probe ${VERSION}`,
    madeAt: contents.madeAt.toISOString(),
    redaction: { level: contents.level, meaning: meaning(contents) },
    files,
    leftOut,
    notes: contents.notes,
  };
}

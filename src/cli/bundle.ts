/** `apim-probe bundle`: the files that support asks for, redacted, in one archive. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { quote, quotePath } from '../common/mask.ts';
import { printable } from '../common/printable.ts';
import { systemReason } from '../common/system-reason.ts';
import { UsageError } from '../common/usage-error.ts';
import { type Loaded, load, readersFor } from '../config/load.ts';
import { folderProblem, isStdout } from '../config/writable.ts';
import { archive } from '../delivery/bundle/archive.ts';
import { type BundleContents, makeBundle } from '../delivery/bundle/bundle.ts';
import { hostInfo } from '../delivery/bundle/host-info.ts';
import { openKey, SHARED_DIGITS } from '../delivery/export-report.ts';
import { createFile, createNew } from '../delivery/files/write-file.ts';
import { reportsFolder, type StoredFile } from '../delivery/history/stored-reports.ts';
import { previousLog } from '../delivery/previous-log.ts';
import { redact } from '../delivery/redaction/redact.ts';
import type { Legend } from '../delivery/redaction/types.ts';
import { wellKnownNames } from '../delivery/redaction/well-known-names.ts';
import { readReportFile } from '../model/read-report.ts';
import type { Command, Invocation } from './command.ts';
import { optionsJson } from './config.ts';
import { EXIT_UNDELIVERED } from './exit-code.ts';
import { columnsOf, type Io, StreamError, write, writeBytes, writeMessage, writeText } from './io.ts';
import { entry } from './layout.ts';
import { legendPath, storeLegend } from './legend.ts';
import { openReports } from './open-report.ts';
import { loadSources, nameConfigFile, rememberOptions } from './sources.ts';
import { findState, listOrExplain, resolveNumbers, stateFolder } from './state-folder.ts';

const REPORTS = 10;
const MOST_REPORTS = 1000;

interface Chosen {
  readonly reports: BundleContents['reports'];
  /** File names for messages. */
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

/** The named reports, newest first, then the newest of the state folder. */
async function chooseReports(
  positionals: readonly string[],
  own: unknown,
  loaded: Loaded,
  io: Io,
): Promise<Chosen> {
  const { options, origins } = loaded;
  const most = own === undefined ? REPORTS : Number(/^\d{1,4}$/.exec(String(own))?.[0] ?? Number.NaN);
  if (!(most <= MOST_REPORTS)) {
    throw new UsageError([`--reports ${quote(own)} must be a whole number from 0 to ${MOST_REPORTS}`]);
  }
  const paths = await resolveNumbers(positionals, () => stateFolder(loaded, io, 'bundle'), io);
  const opened = await openReports(paths, io);
  const named = opened.toSorted(
    (one, other) => Date.parse(other.report.startedAt) - Date.parse(one.report.startedAt),
  );
  const { state } = options;
  const unread =
    state === null || existsSync(reportsFolder(state))
      ? []
      : [
          `state: ${quotePath(state)} (${origins.state}) holds no folder "reports": name the folder of --state`,
        ];
  if (origins.state === 'flag --state' && unread.length > 0) throw new UsageError(unread);
  const taken = new Set(paths.map((path) => resolve(io.cwd, path)));
  const { files, problem } = await listState(loaded, io);
  const stored = files.slice(0, most).filter(({ path }) => !taken.has(path));
  const reports = [
    ...named.map(({ openAgain }) => openAgain),
    ...stored.map(
      ({ path }) =>
        () =>
          readReportFile(path),
    ),
  ];
  const missing = reports.length > 0 ? [] : ['the bundle has no report: name one, or give --state DIR'];
  // The bundle is made all the same: support needs the other files when no run has stored a report.
  const names = [...named.map(({ name }) => name), ...stored.map(({ path }) => quotePath(path))];
  return { reports, names, notes: [...unread, ...problem, ...missing] };
}

/** The stored reports. Those of the scheduled runs are a bonus, so a folder that this user cannot read is a note. */
async function listState(
  loaded: Loaded,
  io: Io,
): Promise<{ readonly files: readonly StoredFile[]; readonly problem: readonly string[] }> {
  const state = findState(loaded, io);
  if (state === null) return { files: [], problem: [] };
  try {
    return { files: await listOrExplain(state), problem: [] };
  } catch (error) {
    if (loaded.options.state !== null || !(error instanceof UsageError)) throw error;
    return { files: [], problem: error.problems };
  }
}

/** Collects config problems instead of failing, because support needs to see them. Wrong flags still fail. */
async function loadOrCollectProblems(
  flags: Parameters<typeof loadSources>[0],
  io: Io,
): Promise<{ loaded: Loaded; problems: readonly string[] }> {
  const sources = loadSources(flags, io);
  const readers = await readersFor(sources);
  try {
    return { loaded: load(sources, readers), problems: [] };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return {
      loaded: load({ ...sources, preset: { origin: 'default', values: {} } }, readers),
      problems: error.problems,
    };
  }
}

/** `apim-probe-bundle-20261123T065200Z` */
function bundleName(at: Date): string {
  return `apim-probe-bundle-${at.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')}`;
}

/** @throws UsageError when the archive cannot go there */
function checkOutput(output: string | null, io: Io): void {
  if (output === '-') {
    if (io.stdout.isTTY === true)
      throw new UsageError(['--output -: an archive cannot go to a terminal; redirect stdout']);
    return;
  }
  if (output !== null && existsSync(output)) {
    throw new UsageError([
      `--output ${quotePath(output)} exists already, and a bundle never replaces a file: name another one`,
    ]);
  }
  const problem = folderProblem(output === null ? io.cwd : dirname(output));
  if (problem !== null)
    throw new UsageError([`the bundle cannot be written: ${problem}; name a file with --output`]);
}

async function list(contents: BundleContents, io: Io): Promise<void> {
  for await (const { name, bytes, redactions } of makeBundle(contents)) {
    const removed = Object.entries(redactions).map(([kind, times]) => `${kind} ${times}`);
    const details = `${bytes.length} bytes${removed.length === 0 ? '' : `; redacted: ${removed.join(', ')}`}`;
    await writeText(io.stdout, `${entry(printable(name), details, LIST_WIDTH, columnsOf(io.stdout))}\n`);
  }
}

const LIST_WIDTH = 58;

/** Writes the archive and prints its path. */
async function save(contents: BundleContents, output: string | null, io: Io): Promise<number> {
  const name = bundleName(contents.madeAt);
  const bytes = archive(makeBundle(contents), name, contents.madeAt);
  if (output === '-') {
    for await (const chunk of bytes) await writeBytes(io.stdout, chunk);
    return 0;
  }
  let path: string;
  try {
    path = output ?? (await createFile(io.cwd, name, '.tar.gz', bytes));
    if (output !== null) await createNew(output, bytes);
  } catch (error) {
    await writeMessage(io.stderr, `apim-probe: the bundle could not be written: ${systemReason(error)}`);
    return EXIT_UNDELIVERED;
  }
  try {
    await write(io.stdout, `${redact(path)}\n`);
    return 0;
  } catch (error) {
    const reason = systemReason(error instanceof StreamError ? error.cause : error);
    await writeMessage(
      io.stderr,
      `apim-probe: the bundle is ${path}; its name could not be written to stdout: ${reason}`,
    );
    return EXIT_UNDELIVERED;
  }
}

/** After rotation only FILE.1 exists until the next line is logged. */
function hasLog(path: string | null): boolean {
  return path !== null && (existsSync(path) || existsSync(previousLog(path)));
}

interface LegendPlan {
  readonly path: string;
  /** Ids of the reports that go in. */
  readonly reports: readonly string[];
}

/** @returns null when no legend is asked for; @throws UsageError when a legend is not possible */
async function planLegend(
  own: Invocation['own'],
  { redact: level }: Loaded['options'],
  { reports, names }: Chosen,
  io: Io,
): Promise<LegendPlan | null> {
  if (own['legend'] === undefined) return null;
  if (own['list'] === true) throw new UsageError(['--list writes nothing: leave --legend out']);
  const read = await Promise.all(reports.map((open) => open()));
  const values = read.map((one) => (one.ok ? one.value : null));
  const named = values.map((value, index) => [names[index] ?? '', value] as const);
  const path = legendPath(own['legend'], level, named, io.cwd);
  const ids = values.flatMap((value) =>
    value !== null && 'id' in value && typeof value.id === 'string' ? value.id : [],
  );
  return path === null ? null : { path, reports: ids };
}

export const bundle: Command = async ({ flags, own, positionals }, io) => {
  const { loaded, problems } = await loadOrCollectProblems(flags, io);
  rememberOptions(loaded.options);
  await nameConfigFile(loaded, io);
  const { options } = loaded;
  const chosen = await chooseReports(positionals, own['reports'], loaded, io);
  const output = typeof own['output'] === 'string' ? own['output'] : null;
  const target = output === null ? null : isStdout(output) ? '-' : resolve(io.cwd, output);
  if (own['list'] !== true) checkOutput(target, io);
  const legend = await planLegend(own, options, chosen, io);
  const broken =
    problems.length === 0 ? [] : ['the options of a run cannot be read; config.json has the reasons'];
  const key = legend === null ? null : await openKey(options.state, null);
  const unshared = key?.problem ? [`no other report has the same pseudonyms: ${key.problem}`] : [];
  const notes = [...broken, ...chosen.notes, ...unshared];
  for (const note of notes) await writeMessage(io.stderr, `note: ${note}`);
  const contents: BundleContents = {
    level: options.redact,
    names: wellKnownNames(),
    shared:
      key?.key === undefined || key.keyFile === null ? undefined : { key: key.key, digits: SHARED_DIGITS },
    madeAt: new Date(),
    reports: chosen.reports,
    log: hasLog(options.logFile) ? options.logFile : null,
    config: problems.length === 0 ? optionsJson(loaded) : { problems },
    hostInfo: await hostInfo(options, io.env),
    notes,
  };
  if (own['list'] === true) {
    await list(contents, io);
    return 0;
  }
  let names: Legend | null = null;
  const finished = (made: Legend): void => {
    names = made;
  };
  const code = await save({ ...contents, finished }, target, io);
  if (legend === null || names === null) return code;
  const header = { keyFile: key?.keyFile ?? null, reports: legend.reports };
  const problem = await storeLegend(legend.path, names, header);
  if (problem === null) return code;
  await writeMessage(io.stderr, `apim-probe: ${problem}`);
  return EXIT_UNDELIVERED;
};

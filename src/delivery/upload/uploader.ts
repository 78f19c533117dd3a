/** The spool and the upload from it, set up from the options. */

import { UsageError } from '../../common/usage-error.ts';
import { RUNTIME_VARIABLES, runtimeVariablesIn } from '../../config/runtime-variables.ts';
import type { Options } from '../../config/types.ts';
import type { Report } from '../../model/report.ts';
import type { Identified } from '../report-names.ts';
import { CLOCK, type Clock } from './back-off.ts';
import { createClient } from './client.ts';
import { type Destination, readDestination, shownDestination } from './destination.ts';
import { droppedNote, forgetDropped, readDropped } from './dropped.ts';
import { createIdentity } from './identity.ts';
import { storeLastUpload } from './last-upload.ts';
import { type Pausing, sendWaiting, type UploadResult } from './send.ts';
import { type Rewrite, Spool } from './spool.ts';
import { spoolFolder } from './spool-folder.ts';
import { uploadCommand } from './upload-command.ts';

export interface Uploader {
  readonly spool: Spool;
  /** Without its query. */
  readonly destination: string;
  /** The command that sends the waiting reports, with the options that name this spool and this destination. */
  readonly command: string;
  /** Notes for the user on how the destination is given. */
  readonly notes: readonly string[];
  /** The report with a note of what was dropped before it, if something was. */
  annotate(report: Report): Report;
  /** @returns its name; @throws the file system's error */
  keep(report: Identified, json: string): Promise<string>;
  /**
   * @param limitMs for all of it, @param rewrite applied to each report before it is sent
   * @param pausing called before each pause between attempts
   */
  send(limitMs: number, signal: AbortSignal, rewrite: Rewrite, pausing?: Pausing): Promise<UploadResult>;
}

/** @returns the spool of the options, whether or not anything is uploaded */
export function openSpool(options: Options, env: NodeJS.ProcessEnv): Spool {
  return new Spool(spoolFolder(options, env), options.spoolBytes);
}

/**
 * @param env for the proxy variables, and for where the spool is
 * @returns null when no destination is given
 * @throws UsageError for one that cannot be used
 */
export function createUploader(
  options: Options,
  env: NodeJS.ProcessEnv,
  clock: Clock = CLOCK,
): Uploader | null {
  const read = readDestination(options);
  if (read === null) return null;
  refuseRuntimeVariables(env);
  const { destination, notes } = read;
  const spool = openSpool(options, env);
  const { folder } = spool;
  // This report carries the note. What is dropped to make space for it goes into the next note.
  const untold = readDropped(folder);
  return {
    spool,
    destination: shownDestination(destination),
    command: uploadCommand(options, folder, process.platform),
    notes,
    annotate: (report) => (untold === null ? report : withNote(report, droppedNote(untold))),
    keep: async (report, json) => {
      const name = await spool.add(report, json);
      if (untold !== null) await forgetDropped(folder, untold);
      return name;
    },
    send: (limitMs, signal, rewrite, pausing) =>
      send({ destination, spool, rewrite, options, env, clock, pausing }, limitMs, signal),
  };
}

/**
 * The starter and the executable remove these variables. A runtime that the user started with them already obeys them:
 * it may print what it sends, or accept any server.
 * @throws UsageError
 */
function refuseRuntimeVariables(env: NodeJS.ProcessEnv): void {
  const names = runtimeVariablesIn(env);
  if (names.length === 0) return;
  const problems = names.map(
    (name) => `upload: the variable ${name} is set, which ${RUNTIME_VARIABLES[name]}; nothing is uploaded so`,
  );
  const fix = `env ${names.map((name) => `-u ${name}`).join(' ')} node apim-probe.mjs …`;
  throw new UsageError([
    ...problems,
    `upload: unset them (${fix}), or use the single executable, which does`,
  ]);
}

function withNote(report: Report, note: string): Report {
  const { environment } = report;
  return { ...report, environment: { ...environment, notes: [...environment.notes, note] } };
}

interface Parts {
  readonly destination: Destination;
  readonly spool: Spool;
  readonly rewrite: Rewrite;
  readonly options: Options;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly pausing: Pausing | undefined;
}

async function send(parts: Parts, limitMs: number, stop: AbortSignal): Promise<UploadResult> {
  const { destination, spool, rewrite, options, clock, pausing } = parts;
  const { connectTo, caFile } = options;
  const loopback = destination.origin.startsWith('http:');
  const client = createClient({ env: loopback ? {} : parts.env, caFile, connectTo });
  const identity = createIdentity(destination.clientId, connectTo);
  const signal = AbortSignal.any([stop, AbortSignal.timeout(limitMs)]);
  try {
    const end = clock.now() + limitMs;
    const means = { destination, client, identity };
    const pass = await sendWaiting({ ...means, spool, rewrite, clock, signal, end, pausing });
    await storeLastUpload(spool.folder, pass, clock.now());
    return pass;
  } finally {
    await Promise.all([client.close(), identity.close()]);
  }
}

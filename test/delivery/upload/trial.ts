/** A spool in a folder of its own, reports to put into it, and a pass with a clock that no test waits for. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Test } from 'tap';
import type { Options } from '../../../src/config/types.ts';
import { uploadName } from '../../../src/delivery/report-names.ts';
import type { Clock } from '../../../src/delivery/upload/back-off.ts';
import { createClient } from '../../../src/delivery/upload/client.ts';
import { readDestination } from '../../../src/delivery/upload/destination.ts';
import { createIdentity } from '../../../src/delivery/upload/identity.ts';
import { type Pausing, sendWaiting, type UploadResult } from '../../../src/delivery/upload/send.ts';
import { Spool } from '../../../src/delivery/upload/spool.ts';

/** Carried by URLs, headers and tokens of these tests; must never be seen anywhere else. */
export const CANARY = 'canary7f3a91';
export const SAS = `?sv=2022-11-02&sr=c&sp=cw&sig=${CANARY}`;

export function openTrialSpool(t: Test, limit = 64 * 1024 * 1024): Spool {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return new Spool(join(folder, 'spool'), limit);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** @returns the JSON of each, by the name that it has in the spool */
export async function fill(spool: Spool, number: number, bytes = 200): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (let index = 0; index < number; index += 1) {
    const report = {
      id: randomUUID(),
      startedAt: new Date(Date.UTC(2026, 4, 4, 8, 30) + index * 900_000).toISOString(),
    };
    const json = JSON.stringify({ ...report, filler: randomBytes(bytes / 2).toString('hex') });
    if (index === 0 || number <= 20) {
      texts.set(await spool.add(report, json), json);
    } else {
      // As `add` leaves them, without a flush of the disk for each.
      texts.set(uploadName(report), json);
      writeFileSync(join(spool.folder, uploadName(report)), gzipSync(json), { mode: 0o600 });
    }
  }
  return texts;
}

/** Time passes only by sleeping; the test sets the random numbers. */
export function fakeClock(random: () => number = () => 0.5): Clock & { readonly slept: number[] } {
  let time = Date.UTC(2026, 4, 4, 12);
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    random,
    sleep: async (ms) => {
      slept.push(ms);
      time += ms;
    },
  };
}

export interface Way {
  readonly options?: Partial<Options>;
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly answerMs?: number;
  readonly limitMs?: number;
  readonly pausing?: Pausing;
}

const PLAIN = {
  upload: null,
  uploadFile: null,
  uploadMethod: 'put',
  uploadHeaderFile: null,
  uploadIdentity: null,
} as const;

export const AS_IT_IS = (json: string): string => json;

/** One pass to this URL. */
export async function pass(spool: Spool, url: string, way: Way = {}): Promise<UploadResult> {
  const { options = {}, env = {}, clock = fakeClock(), signal = new AbortController().signal } = way;
  const read = readDestination({ ...PLAIN, ...options, upload: url });
  if (read === null) throw new Error('no destination');
  const { destination } = read;
  const { caFile = [], connectTo = [] } = options;
  const client = createClient({ env, caFile, connectTo, answerMs: way.answerMs ?? 5000 });
  const identity = createIdentity(destination.clientId, connectTo);
  try {
    const end = clock.now() + (way.limitMs ?? 3_600_000);
    const means = { destination, client, identity, pausing: way.pausing };
    return await sendWaiting({ ...means, spool, rewrite: AS_IT_IS, clock, signal, end });
  } finally {
    await Promise.all([client.close(), identity.close()]);
  }
}

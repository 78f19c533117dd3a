/**
 * Who is sending a report at this moment. The claim is the file's name while it is sent, so that taking it is one
 * rename, which only one of two can win; a claim whose process has gone is no claim.
 */
import { readFileSync, statSync } from 'node:fs';
import { errorCode } from '../../config/system-reason.ts';

/** Nobody sends one report for so long; process ids of another machine or container mean nothing here. */
const STALE_MS = 3_600_000;

const CLAIMED = /^\.sending-(\d+)-(\d+)-(.+)$/;

interface Claim {
  readonly pid: number;
  /** Process ids come around again; Linux tells when each began, in ticks since boot. Elsewhere 0. */
  readonly began: string;
  readonly name: string;
}

let own: string | null = null;

/** @returns the name of the file while this process sends it */
export function claimedName(name: string): string {
  own ??= beganAt(process.pid) ?? '0';
  return `.sending-${process.pid}-${own}-${name}`;
}

/** @returns whose claim a file's name is, and on what; null when it is none */
export function readClaim(file: string): Claim | null {
  const match = CLAIMED.exec(file);
  if (match === null) return null;
  const [, pid = '', began = '', name = ''] = match;
  return { pid: Number(pid), began, name };
}

/**
 * @param path of the claimed file
 * @param now ms since the epoch
 * @returns whether somebody is still sending it
 */
export function isHeld({ pid, began }: Claim, path: string, now: number): boolean {
  if (pid === process.pid && began === (own ?? '')) return true;
  try {
    // Renaming is what changes this time last.
    if (now - statSync(path).ctimeMs > STALE_MS) return false;
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  return (beganAt(pid) ?? began) === began;
}

/** Field 22 of /proc/PID/stat (proc(5)); the second one, in parentheses, may hold anything. */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

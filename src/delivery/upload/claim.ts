/**
 * Which process is sending a report. The claim is part of the file's name while it is sent, so that taking it is one
 * rename, which only one of two processes can win. A claim of a process that has ended does not count.
 */
import { statSync } from 'node:fs';
import { errorCode } from '../../common/system-reason.ts';
import { processStart } from '../process-start.ts';

/** No process sends one report for so long; process ids of another machine or container mean nothing here. */
const STALE_MS = 3_600_000;

const CLAIMED = /^\.sending-(\d+)-(\d+)-(.+)$/;

interface Claim {
  readonly pid: number;
  /** As `processStart` has it; 0 where the system does not report it. */
  readonly began: string;
  readonly name: string;
}

let own: string | null = null;

/** @returns the name of the file while this process sends it */
export function claimedName(name: string): string {
  own ??= processStart(process.pid) ?? '0';
  return `.sending-${process.pid}-${own}-${name}`;
}

/** @returns the claim in a file's name: its process and its report; null when there is none */
export function readClaim(file: string): Claim | null {
  const match = CLAIMED.exec(file);
  if (match === null) return null;
  const [, pid = '', began = '', name = ''] = match;
  return { pid: Number(pid), began, name };
}

/**
 * @param path of the claimed file
 * @param now ms since the epoch
 * @returns whether a process is still sending it
 */
export function isHeld({ pid, began }: Claim, path: string, now: number): boolean {
  if (pid === process.pid && began === (own ?? '')) return true;
  try {
    // A rename sets this time.
    if (now - statSync(path).ctimeMs > STALE_MS) return false;
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  return (processStart(pid) ?? began) === began;
}

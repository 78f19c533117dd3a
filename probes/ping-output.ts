/** The system's ping: how it is called, and what its words mean. No program is run here. */
import { isIP, isIPv6 } from 'node:net';
import factory from 'ping/lib/builder/factory.js';
import { isLocalLimit, type LocalLimitCode } from './local-limits.ts';
import type { Finished } from './wire/system.ts';

/** What a ping came to. */
export type Pinged =
  | { readonly kind: 'answered'; readonly rttMs: number | null }
  | { readonly kind: 'silent' }
  /** Somebody on the way, or the host itself, said that it cannot be reached. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nothing was sent: this machine has run out of what it takes. */
  | { readonly kind: 'limited'; readonly why: string }
  /** Nothing was sent: this machine cannot ping. */
  | { readonly kind: 'impossible'; readonly why: string };

/**
 * The command for one echo request. An address is all that it ever names, so that ping asks no resolver and
 * takes nothing for an option. The ping package knows how each system's program is called; it is not left to
 * run it, since it could not end the program, nor say why one did not start.
 * @throws RangeError when `address` is none
 */
export function pingCommand(
  platform: NodeJS.Platform,
  address: string,
  timeoutMs: number,
): readonly string[] {
  if (isIP(address) === 0) throw new RangeError('ping is given addresses only');
  const v6 = isIPv6(address);
  const known = factory.isPlatformSupport(platform) ? platform : 'linux';
  // The ping6 of macOS knows no time-out; the step around it ends it.
  const timeout = v6 && known === 'darwin' ? false : Math.max(1, Math.ceil(timeoutMs / 1000));
  const config = { numeric: true, timeout, min_reply: 1, v6 } as const;
  return [
    // On Linux one program speaks both families; a ping6 beside it is not to be had everywhere.
    factory.getExecutablePath(known, v6 && known !== 'linux'),
    ...factory.createBuilder(known).getCommandArguments(address, config),
  ];
}

/** A reply is told by its hop limit: the one word that iputils, BusyBox, macOS and every Windows share. */
const REPLY = /\b(?:ttl|hlim)=\d+/i;
const TIME = /[=<]\s*([\d.,]+)\s*ms\b/i;
const NOT_PERMITTED = /not permitted|permission denied|lacking privilege|are you root/i;
const NOT_UNDERSTOOD = /(?:invalid|unrecognized|illegal) option|usage:/i;
const REFUSED = /^.*(?:unreachable|prohibited|time to live exceeded|ttl expired).*$/im;

/** The C library's words for what this machine ran out of (strerror(3)). */
const LIMITS: readonly (readonly [RegExp, LocalLimitCode])[] = [
  [/no buffer space available/i, 'ENOBUFS'],
  [/cannot allocate memory/i, 'ENOMEM'],
  [/too many open files in system/i, 'ENFILE'],
  [/too many open files/i, 'EMFILE'],
];

/** What the program's end means. The words are those of the C locale, in which it is run. */
export function readPing(ended: Finished): Pinged {
  if (ended.kind === 'not-started') {
    return { kind: isLocalLimit(ended.code) ? 'limited' : 'impossible', why: whyNot(ended.code) };
  }
  const { output } = ended;
  if (REPLY.test(output)) return { kind: 'answered', rttMs: timeIn(output) };
  if (NOT_PERMITTED.test(output)) return { kind: 'impossible', why: 'this user may not send a ping' };
  if (NOT_UNDERSTOOD.test(output))
    return { kind: 'impossible', why: 'this machine has a ping of another kind' };
  const limit = LIMITS.find(([words]) => words.test(output));
  if (limit !== undefined) return { kind: 'limited', why: `the ping program ran out: ${limit[1]}` };
  const why = REFUSED.exec(output)?.[0];
  return why === undefined ? { kind: 'silent' } : { kind: 'refused', why: why.trim() };
}

function whyNot(code: string): string {
  return code === 'ENOENT'
    ? 'this machine has no ping program (on Debian: apt-get install iputils-ping)'
    : `the ping program cannot be run: ${code}`;
}

function timeIn(output: string): number | null {
  const ms = Number(TIME.exec(output)?.[1]?.replace(',', '.'));
  return Number.isFinite(ms) ? ms : null;
}

/** Builds the command line of the system's ping, and reads its output. Pure. */
import { isIP, isIPv6 } from 'node:net';
import factory from 'ping/lib/builder/factory.js';
import { isLocalLimit, type LocalLimitCode } from './local-limits.ts';
import type { Finished } from './wire/system.ts';

/** The result of a ping. */
export type Pinged =
  | { readonly kind: 'answered'; readonly rttMs: number | null }
  | { readonly kind: 'silent' }
  /** A router or the host reported that the host is unreachable. */
  | { readonly kind: 'refused'; readonly why: string }
  /** This machine sent nothing, because it ran out of a resource. */
  | { readonly kind: 'limited'; readonly why: string }
  /** This machine sent nothing, because it cannot ping. */
  | { readonly kind: 'impossible'; readonly why: string };

/**
 * The command for one echo request. It takes addresses only, so that ping asks no resolver and reads no option from
 * it. The ping package builds the arguments of each system but does not run the program: it cannot kill it, nor report
 * why it did not start.
 * @throws RangeError when `address` is not an IP address
 */
export function pingCommand(
  platform: NodeJS.Platform,
  address: string,
  timeoutMs: number,
): readonly string[] {
  if (isIP(address) === 0) throw new RangeError('ping accepts addresses only');
  const v6 = isIPv6(address);
  const known = factory.isPlatformSupport(platform) ? platform : 'linux';
  // The ping6 of macOS has no timeout option; the step ends it.
  const timeout = v6 && known === 'darwin' ? false : Math.max(1, Math.ceil(timeoutMs / 1000));
  const config = { numeric: true, timeout, min_reply: 1, v6 } as const;
  return [
    // On Linux ping supports both families, and ping6 is not always installed.
    factory.getExecutablePath(known, v6 && known !== 'linux'),
    ...factory.createBuilder(known).getCommandArguments(address, config),
  ];
}

/** Recognises a reply by its hop limit, which iputils, BusyBox, macOS and every Windows print alike. */
const REPLY = /\b(?:ttl|hlim)=\d+/i;
const TIME = /[=<]\s*([\d.,]+)\s*ms\b/i;
const NOT_PERMITTED = /not permitted|permission denied|lacking privilege|are you root/i;
const NOT_UNDERSTOOD = /(?:invalid|unrecognized|illegal) option|usage:/i;
const REFUSED = /^.*(?:unreachable|prohibited|time to live exceeded|ttl expired).*$/im;

/** The C library's texts for a lack of resources (strerror(3)). */
const LIMITS: readonly (readonly [RegExp, LocalLimitCode])[] = [
  [/no buffer space available/i, 'ENOBUFS'],
  [/cannot allocate memory/i, 'ENOMEM'],
  [/too many open files in system/i, 'ENFILE'],
  [/too many open files/i, 'EMFILE'],
];

/** Reads the program's output, which is in the C locale. */
export function readPing(ended: Finished): Pinged {
  if (ended.kind === 'not-started') {
    return {
      kind: isLocalLimit(ended.code) ? 'limited' : 'impossible',
      why: describeStartFailure(ended.code),
    };
  }
  const { output } = ended;
  if (REPLY.test(output)) return { kind: 'answered', rttMs: timeIn(output) };
  if (NOT_PERMITTED.test(output)) return { kind: 'impossible', why: 'this user may not send a ping' };
  if (NOT_UNDERSTOOD.test(output))
    return { kind: 'impossible', why: 'the ping program of this machine does not support the options' };
  const limit = LIMITS.find(([pattern]) => pattern.test(output));
  if (limit !== undefined) return { kind: 'limited', why: `the ping program ran out: ${limit[1]}` };
  const why = REFUSED.exec(output)?.[0];
  return why === undefined ? { kind: 'silent' } : { kind: 'refused', why: why.trim() };
}

function describeStartFailure(code: string): string {
  return code === 'ENOENT'
    ? 'this machine has no ping program (on Debian: apt-get install iputils-ping)'
    : `the ping program cannot be run: ${code}`;
}

function timeIn(output: string): number | null {
  const ms = Number(TIME.exec(output)?.[1]?.replace(',', '.'));
  return Number.isFinite(ms) ? ms : null;
}

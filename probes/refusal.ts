import type { RefusalFacts } from './facts.ts';
import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import type { Session } from './wire/session.ts';

const CODE_LIMIT = 64;
const TEXT_LIMIT = 256;

/**
 * Records that the service answered in its protocol and refused.
 * @param refusal as the peer sent it; made printable and cut here
 * @param detail the error's text, printable
 * @returns the error to throw
 */
export function createRefusal(session: Session, refusal: RefusalFacts, detail: string): ProbeError {
  const { to, code, text } = refusal;
  session.facts.refusal = {
    to,
    code: printable(code, CODE_LIMIT),
    text: text === null ? null : printable(text, TEXT_LIMIT),
  };
  return new ProbeError('protocol_refused', detail);
}

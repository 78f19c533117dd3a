/** Defects of this program, separate from observations: a defect ends a test, never the report. */
import { printable } from '../../probes/printable.ts';

/** Collects defects, so that a defect in a hundred tests is reported once. */
export class Defects {
  readonly #subjects = new Map<string, string[]>();

  /** @param subject the test that the defect ended: a target's id or a control's name */
  add(subject: string, error: unknown): void {
    const description = describeDefect(error);
    const subjects = this.#subjects.get(description);
    if (subjects === undefined) this.#subjects.set(description, [subject]);
    else subjects.push(subject);
  }

  /** One sentence per defect, for the report's notes. */
  notes(): string[] {
    return [...this.#subjects].map(([description, [first, ...others]]) => {
      const more = others.length === 0 ? '' : ` and of ${others.length} more`;
      return `a defect in apim-probe put an end to the test of ${first}${more}: ${description}`;
    });
  }
}

/** The note for a defect outside a single test. */
export function defectNote(what: string, error: unknown): string {
  return `a defect in apim-probe put an end to ${what}: ${describeDefect(error)}`;
}

/**
 * Whether an error is a defect of this program. Errors of the system and of libraries have a code; JavaScript's own
 * error classes are defects even with a code.
 */
export function isDefect(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  const ours = [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind);
  return ours || !('code' in error);
}

/** Class, message and source position; never a path of this machine. */
function describeDefect(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error), 200);
  const position = /\b(?:src|probes|dist|bin)\/[\w./-]+:\d+:\d+/.exec(error.stack ?? '')?.[0];
  const description = printable(`${error.name}: ${error.message}`, 200);
  return position === undefined ? description : `${description} (${position})`;
}

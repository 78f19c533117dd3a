/** Mistakes of this program itself, kept apart from what was observed: they end a test, never the report. */
import { printable } from '../../probes/printable.ts';

/** Collects defects, so that one that hits a hundred targets is told once. */
export class Defects {
  readonly #subjects = new Map<string, string[]>();

  /** @param subject what the defect put an end to: a target's id, a control's name */
  add(subject: string, error: unknown): void {
    const said = describeDefect(error);
    const subjects = this.#subjects.get(said);
    if (subjects === undefined) this.#subjects.set(said, [subject]);
    else subjects.push(subject);
  }

  /** One sentence a defect, for the report's notes. */
  notes(): string[] {
    return [...this.#subjects].map(([said, [first, ...others]]) => {
      const more = others.length === 0 ? '' : ` and of ${others.length} more`;
      return `a defect in apim-probe put an end to the test of ${first}${more}: ${said}`;
    });
  }
}

/** A defect that hit no single test. */
export function defectNote(what: string, error: unknown): string {
  return `a defect in apim-probe put an end to ${what}: ${describeDefect(error)}`;
}

/**
 * Whether an error is a mistake of this program: errors of the system and of its libraries carry a code, and
 * even then what JavaScript itself throws is ours.
 */
export function isDefect(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  const ours = [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind);
  return ours || !('code' in error);
}

/** Kind, message and place; never a path of this machine. */
function describeDefect(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error), 200);
  const place = /\b(?:src|probes|dist|bin)\/[\w./-]+:\d+:\d+/.exec(error.stack ?? '')?.[0];
  const said = printable(`${error.name}: ${error.message}`, 200);
  return place === undefined ? said : `${said} (${place})`;
}

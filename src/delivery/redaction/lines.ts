/** Logs: text that comes in lines, in pieces of any size. */
import { redact, redactValue } from './redact.ts';
import type { Redaction } from './types.ts';

/** Characters of a line that are redacted; the lines of the program's log are shorter. */
const LONGEST_LINE = 64 * 1024;
const CUT = `… (the rest of this line is left out: it has more than ${LONGEST_LINE / 1024} KiB)`;

const STANDARD: Redaction = { text: (text) => redact(text), value: (value) => redactValue(value) };

/**
 * Redacts one line of a log, with its line break if it has one. A JSON object is redacted value by value: the ends of
 * its values are certain, and it stays JSON.
 */
export function redactLine(line: string, { text, value }: Redaction = STANDARD): string {
  const object = line.startsWith('{') ? parsed(line) : undefined;
  if (object === undefined) return text(line);
  const clean = value(object);
  // A parser drops the first of two values of one name; the text still has it.
  if (clean === object && text(line) === line) return line;
  return `${JSON.stringify(clean)}${/\s*$/.exec(line)?.[0] ?? ''}`;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Redacts a log that is read in pieces of any size, in bounded memory. */
export class LineRedactor {
  readonly #redaction: Redaction;
  #open = '';
  /** Whether the rest of the line is dropped. */
  #cut = false;
  /** Lines of a private key that has not ended. */
  #block: string[] = [];

  constructor(redaction: Redaction = STANDARD) {
    this.#redaction = redaction;
  }

  /** Returns the lines that are complete by now. */
  push(piece: string): string {
    let out = '';
    let from = 0;
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', from)) {
      this.#take(piece.slice(from, at));
      out += this.#lineDone('\n');
      from = at + 1;
    }
    this.#take(piece.slice(from));
    return out;
  }

  /** Returns what is left when no piece follows. */
  end(): string {
    const last = this.#open === '' ? '' : this.#lineDone('');
    return last + this.#blockDone();
  }

  #take(part: string): void {
    if (this.#cut) return;
    this.#open += part;
    if (this.#open.length <= LONGEST_LINE) return;
    this.#open = this.#open.slice(0, LONGEST_LINE);
    this.#cut = true;
  }

  #lineDone(end: string): string {
    const line = this.#open;
    const after = (this.#cut ? CUT : '') + end;
    this.#open = '';
    this.#cut = false;
    const begins = /-----BEGIN [A-Z0-9 ]*-----\s*$/.test(line);
    if (this.#block.length === 0 && !begins) return redactLine(line, this.#redaction) + after;
    // A key is redacted as far as it goes; a block longer than any key is not a key.
    const before = begins && this.#block.length > 0 ? this.#blockDone() : '';
    this.#block.push(line + after);
    const over = line.includes('-----END ') || this.#block.length > MOST_LINES;
    return before + (over ? this.#blockDone() : '');
  }

  #blockDone(): string {
    const block = this.#block.join('');
    this.#block = [];
    return this.#redaction.text(block);
  }
}

/** Of a key in PEM: one of 16,384 bits has some 200. */
const MOST_LINES = 400;

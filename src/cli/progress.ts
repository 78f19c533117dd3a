/** The progress line of a run, on a terminal only. */
import { styleText } from 'node:util';
import { printable } from '../common/printable.ts';
import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import { redact } from '../delivery/redaction/redact.ts';
import { outcomeOf } from '../diagnosis/status.ts';
import type { Status } from '../model/vocabulary.ts';
import type { Phase, ProgressEvent } from '../run/progress.ts';

const REDRAW_MS = 100;
/** A wait is shown from here on: where something answers, nothing takes that long. */
const SHOWN_WAIT_MS = 1000;
const SHOWN_WAITING = 2;
const USUAL_COLUMNS = 80;
/** Return to the first column and erase to the end of the line (ECMA-48). */
const CLEAR = '\r\x1b[K';

const DOING: Readonly<Record<Phase, string>> = {
  survey: 'Looking around',
  resolve: 'Resolving names',
  probe: 'Probing',
  controls: 'Running controls',
  diagnose: 'Diagnosing',
};

/** A clock in ms with a timer that does not keep the process alive. */
export interface ProgressClock {
  now(): number;
  /** Returns the function that stops the timer. */
  every(ms: number, tick: () => void): () => void;
}

const systemClock: ProgressClock = {
  now: () => performance.now(),
  every: (ms, tick) => {
    const timer = setInterval(tick, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

export interface ProgressOptions {
  readonly color: boolean;
  /** The terminal's type; `dumb` cannot erase a line. Default: TERM. */
  readonly term?: string | undefined;
  readonly clock?: ProgressClock;
}

export interface Progress {
  event(event: ProgressEvent): void;
  /** Clears the line for good; harmless when repeated. */
  stop(): void;
}

/** Shows a run's events as one line on `stream`; shows nothing when that is not a terminal. */
export function createProgress(stream: NodeJS.WriteStream, options: ProgressOptions): Progress {
  const { color, term = process.env['TERM'], clock = systemClock } = options;
  if (stream.isTTY !== true || term === 'dumb') return { event: () => {}, stop: () => {} };
  const state = new ProgressState(clock.now());
  const line = new StatusLine(stream);
  const stopTicking = clock.every(REDRAW_MS, () =>
    line.show(layOut(state.parts(clock.now()), line.columns, color)),
  );
  return {
    event: (event) => state.apply(event, clock.now()),
    stop: () => {
      stopTicking();
      line.clear();
    },
  };
}

/** A part of the line, with its colour. */
interface Part {
  readonly text: string;
  readonly format?: 'green' | 'red' | 'dim';
}

/** What the run waits for. */
interface Wait {
  readonly since: number;
  /** Before the name, where a narrow terminal shows it: which attempt, or empty. */
  part: string;
}

/** Counts the events of the run. */
class ProgressState {
  #phase: Phase = 'survey';
  readonly #begun: number;
  #total = 0;
  readonly #ended: Record<Status, number> = { reachable: 0, intermittent: 0, unreachable: 0, untested: 0 };
  /** By id and by name; insertion order is age. */
  readonly #targets = new Map<string, Wait>();
  readonly #controls = new Map<string, Wait>();

  constructor(now: number) {
    this.#begun = now;
  }

  apply(event: ProgressEvent, now: number): void {
    switch (event.kind) {
      case 'phase':
        this.#phase = event.name;
        break;
      case 'start':
        this.#total = event.total;
        break;
      case 'begin':
        this.#targets.set(event.id, { since: now, part: '' });
        break;
      case 'try': {
        const wait = this.#targets.get(event.id);
        if (wait !== undefined && event.of > 1) wait.part = `attempt ${event.number} of ${event.of} at `;
        break;
      }
      case 'end':
        this.#targets.delete(event.id);
        this.#ended[outcomeOf(event.target).status] += 1;
        break;
      case 'late':
        setOrDelete(this.#targets, event.id, event.is, { since: now, part: 'the last attempt at ' });
        break;
      case 'control':
        setOrDelete(this.#controls, event.name, event.is, { since: now, part: '' });
        break;
    }
  }

  parts(now: number): Part[] {
    const counts = this.#phase === 'probe' ? this.#counts() : [];
    return [{ text: DOING[this.#phase] }, ...counts, ...this.#elapsed(now), ...this.#waiting(now)];
  }

  #counts(): Part[] {
    const { reachable, intermittent, unreachable, untested } = this.#ended;
    const done = reachable + intermittent + unreachable + untested;
    const failed = intermittent + unreachable;
    return [
      { text: ` ${done}/${this.#total}` },
      { text: `  ${reachable} ok`, format: 'green' },
      ...(failed > 0 ? [{ text: `  ${failed} failed`, format: 'red' } as const] : []),
    ];
  }

  /** Controls run beside the targets, so they come after them. */
  #waiting(now: number): Part[] {
    const overdue = [...this.#targets, ...this.#controls]
      .filter(([, { since }]) => now - since >= SHOWN_WAIT_MS)
      .slice(0, SHOWN_WAITING)
      .map(([what, { part }]) => `${part}${hideKnownSecrets(redact(printable(what)))}`);
    return overdue.length > 0 ? [{ text: `  waiting for ${overdue.join(', ')}`, format: 'dim' }] : [];
  }

  /** Of the whole run, in seconds. */
  #elapsed(now: number): Part[] {
    const seconds = Math.floor((now - this.#begun) / 1000);
    return seconds > 0 ? [{ text: `  ${seconds} s`, format: 'dim' }] : [];
  }
}

function setOrDelete(waits: Map<string, Wait>, what: string, is: 'awaited' | 'over', wait: Wait): void {
  if (is === 'awaited') waits.set(what, wait);
  else waits.delete(what);
}

/** Joins the parts, cut to the columns: a wrapped line cannot be erased. */
function layOut(parts: readonly Part[], columns: number, color: boolean): string {
  let left = columns;
  let line = '';
  for (const { text, format } of parts) {
    const characters = [...text];
    const shown =
      characters.length <= left ? text : `${characters.slice(0, Math.max(0, left - 1)).join('')}…`;
    line += color && format !== undefined ? styleText(format, shown, { validateStream: false }) : shown;
    left -= characters.length;
    if (left <= 0) break;
  }
  return line;
}

/** A terminal line that is redrawn; stops when the terminal is gone. */
class StatusLine {
  readonly #stream: NodeJS.WriteStream;
  #shown = '';
  #gone = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    // EPIPE or EIO may come after the last write, so the listener stays.
    stream.on('error', () => {
      this.#gone = true;
    });
  }

  /** One less than the terminal has: some terminals wrap after the last column. */
  get columns(): number {
    const { columns } = this.#stream;
    return (Number.isInteger(columns) && columns > 0 ? columns : USUAL_COLUMNS) - 1;
  }

  show(line: string): void {
    if (line !== this.#shown && this.#write(CLEAR + line)) this.#shown = line;
  }

  clear(): void {
    if (this.#shown !== '' && this.#write(CLEAR)) this.#shown = '';
  }

  /** Returns whether it was written. Skips a paused terminal (Ctrl-S): a later line replaces this one. */
  #write(text: string): boolean {
    if (this.#gone || !this.#stream.writable || this.#stream.writableNeedDrain) return false;
    this.#stream.write(text);
    return true;
  }
}

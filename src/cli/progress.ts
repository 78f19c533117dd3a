/** The progress line of a run, on a terminal only. */
import { styleText } from 'node:util';
import { printable } from '../common/printable.ts';
import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import { redact } from '../delivery/redaction/redact.ts';
import { outcomeOf } from '../diagnosis/status.ts';
import type { Status } from '../model/vocabulary.ts';
import type { Phase, ProgressEvent } from '../run/progress.ts';

const REDRAW_MS = 100;
/** A wait is shown from here on: two missed DNS answers, about half a timeout. */
const SHOWN_WAIT_MS = 3000;
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

/** Counts the events of the run. */
class ProgressState {
  #phase: Phase = 'survey';
  #phaseSince: number;
  #total = 0;
  readonly #ended: Record<Status, number> = { reachable: 0, intermittent: 0, unreachable: 0, untested: 0 };
  /** Insertion order is age. */
  readonly #pending = new Map<string, number>();

  constructor(now: number) {
    this.#phaseSince = now;
  }

  apply(event: ProgressEvent, now: number): void {
    switch (event.kind) {
      case 'phase':
        this.#phase = event.name;
        this.#phaseSince = now;
        break;
      case 'start':
        this.#total = event.total;
        break;
      case 'begin':
        this.#pending.set(event.id, now);
        break;
      case 'end':
        this.#pending.delete(event.id);
        this.#ended[outcomeOf(event.target).status] += 1;
        break;
    }
  }

  parts(now: number): Part[] {
    const doing = { text: DOING[this.#phase] };
    if (this.#phase !== 'probe') return [doing, ...this.#elapsed(now)];
    return [doing, ...this.#counts(), ...this.#waiting(now)];
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

  #waiting(now: number): Part[] {
    const overdue = this.#pending
      .entries()
      .filter(([, since]) => now - since >= SHOWN_WAIT_MS)
      .take(SHOWN_WAITING)
      .map(([id]) => hideKnownSecrets(redact(printable(id))))
      .toArray();
    return overdue.length > 0 ? [{ text: `  waiting for ${overdue.join(', ')}`, format: 'dim' }] : [];
  }

  #elapsed(now: number): Part[] {
    const elapsed = now - this.#phaseSince;
    return elapsed >= SHOWN_WAIT_MS ? [{ text: ` (${Math.floor(elapsed / 1000)} s)`, format: 'dim' }] : [];
  }
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

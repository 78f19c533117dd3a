import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import t from 'tap';
import { createProgress, type ProgressClock } from '../../src/cli/progress.ts';
import type { Status } from '../../src/model/vocabulary.ts';
import { target } from '../diagnosis/build.ts';

/** A terminal of one line: the written text, and the visible text. */
class Terminal extends Writable {
  readonly isTTY: boolean;
  columns: number | undefined;
  written: string[] = [];

  constructor(columns: number | undefined = 80, isTTY = true) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.isTTY = isTTY;
  }

  override _write(chunk: string, _encoding: string, done: (error?: Error) => void): void {
    this.written.push(chunk);
    done();
  }

  get visible(): string {
    return this.written.join('').split('\r\u001b[K').at(-1) ?? '';
  }

  asStream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream;
  }
}

/** A clock that the test advances. */
class HandClock implements ProgressClock {
  #now = 1000;
  #ticks: { ms: number; tick: () => void; next: number }[] = [];

  now(): number {
    return this.#now;
  }

  every(ms: number, tick: () => void): () => void {
    const entry = { ms, tick, next: this.#now + ms };
    this.#ticks.push(entry);
    return () => {
      this.#ticks = this.#ticks.filter((other) => other !== entry);
    };
  }

  get ticking(): number {
    return this.#ticks.length;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.#now < end) {
      this.#now += 1;
      for (const entry of this.#ticks.filter(({ next }) => next === this.#now)) {
        entry.next += entry.ms;
        entry.tick();
      }
    }
  }
}

function probing(terminal: Terminal, color = false) {
  const clock = new HandClock();
  const progress = createProgress(terminal.asStream(), { color, term: 'xterm', clock });
  return {
    clock,
    progress,
    begin: (...ids: string[]) => ids.map((id) => progress.event({ kind: 'begin', id })),
    end: (id: string, status: Status) =>
      progress.event({
        kind: 'end',
        id,
        target: target('custom', id, { status, failure: status === 'unreachable' ? 'dns_timeout' : null }),
      }),
    start: (total: number) => {
      progress.event({ kind: 'phase', name: 'probe' });
      progress.event({ kind: 'start', total });
    },
  };
}

t.test('counts successes and failures', async (t) => {
  const terminal = new Terminal();
  const { clock, start, begin, end } = probing(terminal);
  start(5);
  begin('a', 'b', 'c', 'd', 'e');
  clock.advance(100);
  t.equal(terminal.visible, 'Probing 0/5  0 ok');
  end('a', 'reachable');
  end('b', 'unreachable');
  end('c', 'intermittent');
  end('d', 'untested');
  clock.advance(100);
  t.equal(terminal.visible, 'Probing 4/5  1 ok  2 failed');
});

t.test('after a second it names the two oldest that it waits for, and the attempt', async (t) => {
  const terminal = new Terminal(120);
  const { clock, start, begin, end, progress } = probing(terminal);
  const attempt = (id: string, number: number, of = 3) => progress.event({ kind: 'try', id, number, of });
  start(4);
  progress.event({ kind: 'control', name: 'tcp-reserved-address', is: 'awaited' });
  begin('sql/a:1433', 'sql/b:1433');
  clock.advance(500);
  begin('sql/c:1433', 'sql/d:1433');
  attempt('sql/c:1433', 1, 1);
  clock.advance(400);
  t.notMatch(terminal.visible, 'waiting');
  attempt('sql/a:1433', 1);
  attempt('sql/a:1433', 2);
  clock.advance(100);
  t.match(terminal.visible, / {2}1 s {2}waiting for attempt 2 of 3 at sql\/a:1433, sql\/b:1433$/);
  end('sql/a:1433', 'unreachable');
  clock.advance(500);
  t.match(terminal.visible, /waiting for sql\/b:1433, sql\/c:1433$/, 'without a number where there is one');
  for (const id of ['sql/b:1433', 'sql/c:1433', 'sql/d:1433']) end(id, 'reachable');
  clock.advance(500);
  t.equal(terminal.visible, 'Probing 4/4  3 ok  1 failed  2 s  waiting for tcp-reserved-address');
});

t.test('other parts of the run are named, with the time of the run and what they wait for', async (t) => {
  const terminal = new Terminal();
  const { clock, progress } = probing(terminal);
  clock.advance(100);
  t.equal(terminal.visible, 'Looking around');
  clock.advance(3900);
  t.equal(terminal.visible, 'Looking around  4 s');
  progress.event({ kind: 'phase', name: 'controls' });
  progress.event({ kind: 'control', name: 'packet-size', is: 'awaited' });
  progress.event({ kind: 'late', id: 'sql/a:1433', is: 'awaited' });
  clock.advance(1000);
  t.equal(terminal.visible, 'Running controls  5 s  waiting for the last attempt at sql/a:1433, packet-size');
  progress.event({ kind: 'late', id: 'sql/a:1433', is: 'over' });
  progress.event({ kind: 'control', name: 'packet-size', is: 'over' });
  progress.event({ kind: 'phase', name: 'diagnose' });
  clock.advance(100);
  t.equal(terminal.visible, 'Diagnosing  5 s');
});

t.test('draws at most ten times a second, and only what changed', async (t) => {
  const terminal = new Terminal();
  const { clock, start, end } = probing(terminal);
  start(10_000);
  for (let index = 0; index < 1000; index += 1) {
    end(`${index}`, 'reachable');
    clock.advance(1);
  }
  t.equal(terminal.written.length, 10);
  clock.advance(900);
  t.equal(terminal.written.length, 10, 'nothing new, nothing written');
  clock.advance(4100);
  t.equal(terminal.written.length, 15, 'but the seconds');
});

t.test('stop clears the line and ends the ticking', async (t) => {
  const terminal = new Terminal();
  const { clock, start, progress } = probing(terminal);
  start(3);
  clock.advance(100);
  progress.stop();
  t.equal(terminal.visible, '');
  t.equal(clock.ticking, 0);
  const { length } = terminal.written;
  progress.stop();
  t.equal(terminal.written.length, length, 'once is enough');
});

t.test('a run that ends before the first tick leaves no trace', async (t) => {
  const terminal = new Terminal();
  const { start, progress } = probing(terminal);
  start(3);
  progress.stop();
  t.same(terminal.written, []);
});

t.test('no output when the terminal cannot erase', async (t) => {
  const clock = new HandClock();
  for (const [terminal, term] of [
    [new Terminal(80, false), 'xterm'],
    [new Terminal(), 'dumb'],
  ] as const) {
    const progress = createProgress(terminal.asStream(), { color: true, term, clock });
    progress.event({ kind: 'phase', name: 'probe' });
    progress.event({ kind: 'start', total: 3 });
    clock.advance(10_000);
    progress.stop();
    t.same(terminal.written, []);
    t.equal(clock.ticking, 0);
  }
});

t.test('the line keeps within the columns, also when they change', async (t) => {
  const terminal = new Terminal(40);
  const { clock, start, begin } = probing(terminal, true);
  const shown = () => stripVTControlCharacters(terminal.visible);
  start(1000);
  begin(`storage-blob/${'x'.repeat(60)}:443`);
  clock.advance(3000);
  t.equal(shown().length, 39);
  t.ok(shown().endsWith('…'));
  terminal.columns = 20;
  clock.advance(100);
  t.equal(shown().length, 19);
  for (const unknown of [undefined, 0, Number.NaN]) {
    terminal.columns = unknown;
    clock.advance(100);
    t.equal(shown().length, 79, 'an unknown width is 80');
  }
});

t.test('colour only when asked for', async (t) => {
  for (const color of [true, false]) {
    const terminal = new Terminal();
    const { clock, start, end } = probing(terminal, color);
    start(2);
    end('a', 'unreachable');
    clock.advance(100);
    t.equal(terminal.visible.includes('\u001b[31m'), color);
  }
});

t.test('an id cannot control the terminal', async (t) => {
  const terminal = new Terminal();
  const { clock, start, begin } = probing(terminal);
  start(1);
  begin('custom/\u001b[2Jx\r\n:443');
  clock.advance(3100);
  t.match(terminal.visible, 'custom/\\u{1b}[2Jx\\u{d}\\u{a}:443');
});

t.test('a terminal that goes away is no longer written to', async (t) => {
  const terminal = new Terminal();
  const { clock, start, end, progress } = probing(terminal);
  start(2);
  clock.advance(100);
  terminal.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  const { length } = terminal.written;
  end('a', 'reachable');
  t.doesNotThrow(() => clock.advance(1000));
  t.doesNotThrow(() => progress.stop());
  t.equal(terminal.written.length, length, 'nothing more is written');
});

t.test('an error that comes after stop is harmless too', async (t) => {
  const terminal = new Terminal();
  const { clock, start, progress } = probing(terminal);
  start(2);
  clock.advance(100);
  progress.stop();
  t.doesNotThrow(() => terminal.emit('error', new Error('write EPIPE')));
});

t.test('a paused terminal is not written to', async (t) => {
  const terminal = new Terminal();
  const { clock, start } = probing(terminal);
  const paused = (value: boolean) =>
    Object.defineProperty(terminal, 'writableNeedDrain', { value, configurable: true });
  start(2);
  paused(true);
  clock.advance(1000);
  t.same(terminal.written, []);
  paused(false);
  clock.advance(100);
  t.equal(terminal.visible, 'Probing 0/2  0 ok  1 s', 'and catches up');
});

t.test('the system clock’s timer does not keep the process alive', async (t) => {
  const terminal = new Terminal();
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const progress = createProgress(terminal.asStream(), { color: false, term: 'xterm' });
  t.equal(timers(), before, 'no timer that is waited for');
  progress.stop();
});

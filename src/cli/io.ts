/** Texts for people on stdout and stderr: their width, their characters, and messages. */
import { toAscii, wantsAscii } from '../common/ascii.ts';
import { wrap } from '../common/text-lines.ts';
import { COMMAND_INDENT } from '../common/wording.ts';
import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import { redact } from '../delivery/redaction/redact.ts';
import { type Io, StreamError, write } from './streams.ts';

export { guardStreams, type Io, StreamError, write, writeBytes, writeOnlyCopy } from './streams.ts';

const USUAL_COLUMNS = 80;
const WIDEST_COLUMNS = 100;

/** @returns the columns to wrap text at: the terminal's, at most 100; 80 elsewhere */
export function columnsOf(stream: NodeJS.WriteStream): number {
  const { columns } = stream;
  return stream.isTTY === true && columns > 0 ? Math.min(columns, WIDEST_COLUMNS) : USUAL_COLUMNS;
}

/** @returns the width and height of a text: the terminal's, or the usual ones */
export function screenOf(stream: NodeJS.WriteStream): { width: number; rows: number | undefined } {
  return { width: columnsOf(stream), rows: stream.isTTY === true ? stream.rows : undefined };
}

/** The streams whose readers cannot be trusted to show more than ASCII. */
const ASCII_STREAMS = new WeakSet<NodeJS.WriteStream>();

/** Decides once, by the environment, which characters texts for people may have on stdout and stderr. */
export function chooseCharacters({ stdout, stderr, env }: Io): void {
  if (!wantsAscii(env)) return;
  ASCII_STREAMS.add(stdout);
  ASCII_STREAMS.add(stderr);
}

/** Like `write`, for a text for people, and no document: it is in ASCII where the environment asks for that. */
export async function writeText(stream: NodeJS.WriteStream, text: string): Promise<void> {
  await write(stream, ASCII_STREAMS.has(stream) ? toAscii(text) : text);
}

/**
 * Redacts a message for people and writes it with a line end. Wraps its lines on a terminal only, so that logs can be
 * searched. Ignores a stream that cannot be written: a lost message must not stop the command.
 */
export async function writeMessage(stream: NodeJS.WriteStream, message: string): Promise<void> {
  // Redacts before wrapping: a secret and its name must not be on two lines.
  await writeText(stream, `${wrapOnTerminal(hideKnownSecrets(redact(message)), stream)}\n`).catch(
    (error: unknown) => {
      if (!(error instanceof StreamError)) throw error;
    },
  );
}

/** Wraps the lines of a text for a terminal; for a file or a pipe they stay whole. */
export function wrapOnTerminal(text: string, stream: NodeJS.WriteStream): string {
  if (stream.isTTY !== true) return text;
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columnsOf(stream)))
    .join('\n');
}

/** Indents continuation lines to the text of a list item, or by two columns. */
function wrapLine(line: string, width: number): string[] {
  if (line.startsWith(COMMAND_INDENT)) return [line];
  const [first = ''] = /^ *(?:- )?/.exec(line) ?? [];
  // Double spaces in a path or a drawing are significant.
  if (line.slice(first.length).includes('  ')) return [line];
  return wrap(line.slice(first.length), width, first, ' '.repeat(first.length || 2));
}

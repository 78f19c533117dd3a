/** Messages for people: broken between words on a terminal, whole elsewhere. */
import { Writable } from 'node:stream';
import t from 'tap';
import { commandLine, writeMessage } from '../../src/cli/io.ts';

async function told(message: string, terminal: { isTTY: boolean; columns: number }): Promise<string> {
  let text = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  await writeMessage(Object.assign(stream, terminal) as unknown as NodeJS.WriteStream, message);
  return text;
}

const NOTE = 'note: the spool was full, and three earlier reports went unsent; see spoolBytes';

t.test('a terminal gets lines that fit, with what goes on two columns in', async (t) => {
  t.equal(
    await told(NOTE, { isTTY: true, columns: 40 }),
    'note: the spool was full, and three\n  earlier reports went unsent; see\n  spoolBytes\n',
  );
});

t.test('a list keeps its form, and a word that is longer than a line stays whole', async (t) => {
  const path = `/${'long/'.repeat(12)}file`;
  t.equal(
    await told(`apim-probe: 2 problems:\n  - caFile: "${path}" is empty\n  - sql: no`, {
      isTTY: true,
      columns: 40,
    }),
    `apim-probe: 2 problems:\n  - caFile:\n    "${path}"\n    is empty\n  - sql: no\n`,
  );
});

t.test('a command on its own line is all on it, whatever the terminal', async (t) => {
  const command = `apim-probe upload --state '/var/my state' --upload https://example.com/in --redact strict`;
  t.equal(
    await told(`apim-probe: it waits in the spool; the next run sends it, or:${commandLine(command)}`, {
      isTTY: true,
      columns: 40,
    }),
    `apim-probe: it waits in the spool; the\n  next run sends it, or:\n    ${command}\n`,
  );
});

t.test('blanks that were written so stay', async (t) => {
  const line = `apim-probe: "/tmp/re  port.json" cannot be read: it does not exist`;
  t.equal(await told(line, { isTTY: true, columns: 40 }), `${line}\n`);
});

t.test('elsewhere lines stay whole, without secrets', async (t) => {
  t.equal(await told(NOTE, { isTTY: false, columns: 40 }), `${NOTE}\n`);
  for (const columns of [20, 21, 22, 24, 28, 32, 80])
    t.notMatch(
      await told('note: the header Authorization: Bearer c4n4ryc4n4ryc4n4ry was refused', {
        isTTY: true,
        columns,
      }),
      /c4n4ry/,
    );
  t.notMatch(await told('note: https://me:c4n4ry@host/', { isTTY: true, columns: 20 }), /c4n4ry/);
});

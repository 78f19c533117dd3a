/** Messages for people: wrapped on a terminal, whole elsewhere. */
import { Writable } from 'node:stream';
import t from 'tap';
import { writeMessage } from '../../src/cli/io.ts';
import { commandLine } from '../../src/common/wording.ts';

async function printMessage(message: string, terminal: { isTTY: boolean; columns: number }): Promise<string> {
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

t.test('a terminal gets wrapped lines, indented by two columns', async (t) => {
  t.equal(
    await printMessage(NOTE, { isTTY: true, columns: 40 }),
    'note: the spool was full, and three\n  earlier reports went unsent; see\n  spoolBytes\n',
  );
});

t.test('a list keeps its indent, and a word that is longer than a line stays whole', async (t) => {
  const path = `/${'long/'.repeat(12)}file`;
  t.equal(
    await printMessage(`apim-probe: 2 problems:\n  - caFile: "${path}" is empty\n  - sql: no`, {
      isTTY: true,
      columns: 40,
    }),
    `apim-probe: 2 problems:\n  - caFile:\n    "${path}"\n    is empty\n  - sql: no\n`,
  );
});

t.test('a command on its own line is never wrapped', async (t) => {
  const command = `apim-probe upload --state '/var/my state' --upload https://example.com/in --redact strict`;
  t.equal(
    await printMessage(
      `apim-probe: it waits in the spool; the next run sends it, or:${commandLine(command)}`,
      {
        isTTY: true,
        columns: 40,
      },
    ),
    `apim-probe: it waits in the spool; the\n  next run sends it, or:\n    ${command}\n`,
  );
});

t.test('double spaces stay', async (t) => {
  const line = `apim-probe: "/tmp/re  port.json" cannot be read: it does not exist`;
  t.equal(await printMessage(line, { isTTY: true, columns: 40 }), `${line}\n`);
});

t.test('elsewhere lines stay whole, without secrets', async (t) => {
  t.equal(await printMessage(NOTE, { isTTY: false, columns: 40 }), `${NOTE}\n`);
  for (const columns of [20, 21, 22, 24, 28, 32, 80])
    t.notMatch(
      await printMessage('note: the header Authorization: Bearer c4n4ryc4n4ryc4n4ry was refused', {
        isTTY: true,
        columns,
      }),
      /c4n4ry/,
    );
  t.notMatch(await printMessage('note: https://me:c4n4ry@host/', { isTTY: true, columns: 20 }), /c4n4ry/);
});

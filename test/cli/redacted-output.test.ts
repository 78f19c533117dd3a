/** Whatever is written is redacted in one place, and redaction changes no text of the program itself. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { catalogFor } from '../../src/catalog/index.ts';
import { COMMAND_NAMES } from '../../src/cli/command.ts';
import { commandHelp, programHelp } from '../../src/cli/help.ts';
import { configSchema } from '../../src/config/schema.ts';
import { redact, redactValue } from '../../src/delivery/redaction/redact.ts';
import { CAUSE_TEXTS } from '../../src/diagnosis/causes.ts';
import { Report } from '../../src/model/report.ts';
import { CAUSES, CLOUDS } from '../../src/model/vocabulary.ts';

const ROOT = join(import.meta.dirname, '../..');

t.test('nothing else writes to a stream or a file', async (t) => {
  const doors: Readonly<Record<string, string>> = {
    'src/cli/stream-writer.ts': 'writes what io.ts has redacted',
    'src/cli/log.ts': 'redacts line by line',
    'src/cli/progress.ts': 'redacts the ids that it names',
    'src/cli/restart.ts': 'names variables, never their values',
    'src/delivery/files/descriptor.ts': 'writes what the others hand it',
    'src/delivery/files/write-file.ts': 'redacts, or is handed an archive',
    'src/delivery/history/lock.ts': 'writes who holds the lock: numbers of its own',
    'src/delivery/bundle/archive.ts': 'packs what was redacted',
    'src/config/writable.ts': 'makes an empty file to see whether it can',
  };
  const writing =
    /(?:stdout|stderr|stream|writer|handle)\.write|\bwriteFile|\bopen(?:Sync)?\([^)]*'(?:w|wx|a)'|writeSync|console\.|createWriteStream|appendFile/;
  const found = globSync(['src/**/*.ts', 'bin/*.ts'], { cwd: ROOT }).filter(
    (file) => !file.startsWith('src/lab/') && writing.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  t.strictSame(found.filter((file) => file !== 'bin/apim-probe.ts').sort(), Object.keys(doors).sort());
  t.match(
    readFileSync(join(ROOT, 'bin/apim-probe.ts'), 'utf8'),
    /stderr\.write\(`\$\{defectText\(defect, false\)\}\\n`\)/,
    'whose one line has been through the door',
  );
});

t.test('our own words pass it unchanged', async (t) => {
  for (const help of [programHelp(), ...COMMAND_NAMES.map(commandHelp)]) t.equal(redact(help), help);
  for (const schema of [configSchema(), z.toJSONSchema(Report)]) {
    const text = JSON.stringify(schema, null, 2);
    t.equal(redact(text), text);
  }
  for (const cause of CAUSES) {
    t.equal(redactValue(CAUSE_TEXTS[cause]), CAUSE_TEXTS[cause], cause);
  }
  for (const cloud of CLOUDS) {
    const rows = catalogFor(cloud);
    t.equal(redactValue(rows), rows, cloud);
  }
});

t.test('our own sources, too, but for what they say of secrets', async (t) => {
  const changed = globSync('src/{catalog,diagnosis,plan,records,compare,run}/**/*.ts', { cwd: ROOT }).filter(
    (file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return redact(text) !== text;
    },
  );
  t.strictSame(changed, []);
});

/** Which modules write, where their output is redacted, and that redaction does not change the program's own texts. */
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

/** Our matching source files, without the simulator. */
function filesWith(pattern: RegExp): string[] {
  return globSync(['src/**/*.ts', 'bin/*.ts'], { cwd: ROOT })
    .filter((file) => !file.startsWith('src/lab/') && pattern.test(readFileSync(join(ROOT, file), 'utf8')))
    .sort();
}

t.test('nothing else writes to a stream or a file', async (t) => {
  const writers: Readonly<Record<string, string>> = {
    'bin/apim-probe.ts': 'writes a defect, redacted by defectText',
    'src/cli/stream-writer.ts': 'writes what io.ts has checked for known secrets',
    'src/cli/log.ts': 'redacts line by line, and checks for known secrets',
    'src/cli/progress.ts': 'redacts the ids that it names, and checks for known secrets',
    'src/cli/restart.ts': 'names variables, never their values',
    'src/delivery/files/descriptor.ts': 'writes what the others hand it',
    'src/delivery/files/write-file.ts': 'checks text for known secrets, or is handed bytes',
    'src/delivery/files/lock.ts': 'writes who holds the lock: numbers of its own',
    'src/delivery/bundle/archive.ts': 'packs what bundle.ts has redacted and checked',
    'src/config/writable.ts': 'makes an empty file to see whether it can',
  };
  const writing =
    /(?:stdout|stderr|stream|writer|handle)\.write|\bwriteFile|\bopen(?:Sync)?\([^)]*'(?:w|wx|a)'|writeSync|console\.|createWriteStream|appendFile/;
  t.strictSame(filesWith(writing), Object.keys(writers).sort());
  t.match(
    readFileSync(join(ROOT, 'bin/apim-probe.ts'), 'utf8'),
    /stderr\.write\(`\$\{defectText\(defect, [^\n]*\)\}\\n`\)/,
  );
  for (const [file, uses] of [
    ['src/cli/io.ts', 1],
    ['src/cli/streams.ts', 2],
    ['src/cli/log.ts', 1],
    ['src/cli/progress.ts', 1],
    ['src/cli/defect.ts', 1],
    ['src/delivery/files/write-file.ts', 2],
    ['src/delivery/upload/spool.ts', 1],
    ['src/delivery/bundle/bundle.ts', 2],
  ] as const)
    t.equal(readFileSync(join(ROOT, file), 'utf8').split(/hideKnownSecrets(?:In)?\(/).length - 1, uses, file);
});

t.test('every caller of a writer redacts the document', async (t) => {
  const documents: Readonly<Record<string, string>> = {
    'src/cli/bundle.ts': 'the archive, redacted by bundle.ts of delivery; its path, redacted here',
    'src/cli/compare.ts': 'a comparison of documents that were redacted when they were read',
    'src/cli/completion.ts': 'a script of our own',
    'src/cli/config.ts': 'options, redacted value by value',
    'src/cli/deliver.ts': 'a rendered report, redacted when it was assembled',
    'src/cli/demo.ts': 'the names of the scenarios',
    'src/cli/explain.ts': 'texts of our own',
    'src/cli/history.ts': 'a listing, redacted value by value',
    'src/cli/io.ts': 'defines writeText; a message is redacted here',
    'src/cli/main.ts': 'help, the version, and words of our own',
    'src/cli/preflight.ts': 'prerequisites, redacted value by value',
    'src/cli/plan.ts': 'a plan, redacted value by value',
    'src/cli/records.ts': 'host names and addresses, which cannot be secrets',
    'src/cli/render.ts': 'a rendered report, redacted when it was read',
    'src/cli/schema.ts': 'a schema',
    'src/cli/streams.ts': 'defines write',
    'src/cli/summary.ts': 'the rendered report, redacted when it was assembled, and redacted notes',
    'src/cli/verify.ts': 'findings of a report, redacted when it was read',
    'src/cli/upload.ts': 'paths and counts, and the last problem, redacted when it was stored',
    'src/delivery/files/write-file.ts': 'defines the writers of files',
    'src/delivery/history/announced.ts': 'the name and the id of a report',
    'src/delivery/history/history.ts': 'a report, redacted when it was assembled',
    'src/delivery/history/index-file.ts': 'digests of reports, redacted when they were assembled',
    'src/delivery/redaction/legend.ts': 'names of a report that was redacted',
    'src/delivery/redaction/pseudonym-key.ts': 'a key, for its owner alone',
    'src/delivery/upload/spool-report.ts': 'a rendered report, redacted when it was assembled',
    'src/delivery/upload/dropped.ts': 'counts and times',
    'src/delivery/upload/last-upload.ts': 'a reason, redacted here',
    'src/delivery/upload/spool.ts':
      'a rendered report, redacted when it was assembled or read; a reason, redacted here',
  };
  const handing =
    /\b(?:write|writeText|writeOnlyCopy|writeOutlet|replaceFile|replaceStoredFile|createFile|createStoredFile|createNew|createNewStoredFile)\(/;
  const others = ['src/cli/log-file.ts', 'src/cli/log.ts', 'src/cli/stream-writer.ts', 'src/cli/progress.ts'];
  const found = filesWith(handing).filter(
    (file) => ![...others, 'src/cli/restart.ts', 'bin/apim-probe.ts'].includes(file),
  );
  const nothing = ['src/delivery/bundle/archive.ts', 'src/delivery/bundle/log-tail.ts'];
  const reasons = Object.keys(documents);
  t.strictSame(
    found.filter((file) => !nothing.includes(file) && !/files\/(?:descriptor|outlet)/.test(file)),
    reasons.sort(),
  );
});

t.test('redaction does not change our own texts', async (t) => {
  for (const help of [programHelp(), ...COMMAND_NAMES.map(commandHelp)]) t.equal(redact(help), help);
  for (const schema of [configSchema(), z.toJSONSchema(Report)]) {
    t.strictSame(redactValue(schema), schema);
  }
  for (const cause of CAUSES) {
    t.equal(redactValue(CAUSE_TEXTS[cause]), CAUSE_TEXTS[cause], cause);
  }
  for (const cloud of CLOUDS) {
    const rows = catalogFor(cloud);
    t.equal(redactValue(rows), rows, cloud);
  }
});

t.test('our own sources, except for texts about secrets', async (t) => {
  const changed = globSync('src/{catalog,diagnosis,plan,records,compare,run}/**/*.ts', { cwd: ROOT }).filter(
    (file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return redact(text) !== text;
    },
  );
  t.strictSame(changed, []);
});

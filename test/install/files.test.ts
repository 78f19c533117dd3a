/** What the files of install/ hold: options that the agent takes, examples that work, and texts that agree. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { main } from '../../src/cli/main.ts';
import { OPTION_KEYS, OPTIONS } from '../../src/config/options.ts';
import { configSchema } from '../../src/config/schema.ts';
import { LONGEST_COMMAND } from '../../src/delivery/history/on-change.ts';
import { capture } from '../cli/harness.ts';
import { INSTALL } from './installer.ts';

const read = (name: string) => readFileSync(join(INSTALL, name), 'utf8');

/** What the agent makes of a config file. */
async function effective(t: Test, text: string): Promise<{ code: number; out: string; err: string }> {
  const cwd = t.testdir({ 'config.yaml': text });
  const io = capture({ cwd });
  const code = await main(['config', '--config', `${cwd}/config.yaml`, '--format', 'json'], io);
  return { code, out: io.out(), err: io.err() };
}

t.test('the config file of a new installation is taken as it is', async (t) => {
  const { code, err } = await effective(t, read('config.yaml'));
  t.equal(code, 0, err);
});

t.test('each of its comments is an option that works, once the # is gone', async (t) => {
  const options = read('config.yaml').match(/^# \w+: \S.*$/gm) ?? [];
  t.ok(options.length > 5, 'there are some', { options });
  for (const line of options) {
    // Its file does not exist here; that the key is right shows in the complaint.
    const { code, err } = await effective(t, `${line.slice(2)}\n`);
    t.equal(code, line.startsWith('# from:') ? 2 : 0, line, { err });
    if (line.startsWith('# from:')) t.match(err, '/etc/apim-probe/network-status.json');
    t.notMatch(err, 'unknown key');
  }
});

interface CloudConfig {
  readonly write_files: readonly { readonly path: string; readonly content: string }[];
  readonly runcmd: readonly (readonly string[])[];
}

const cloudConfig = parse(read('cloud-init.yaml')) as CloudConfig;
const written = new Map(cloudConfig.write_files.map(({ path, content }) => [path, content]));

t.test('cloud-init writes options that the agent takes, and runs what it writes', async (t) => {
  const { code, err } = await effective(t, written.get('/etc/apim-probe/config.yaml') ?? '');
  t.equal(code, 0, err);
  t.strictSame(cloudConfig.runcmd, [['python3', '/opt/apim-probe/setup.py']]);
  t.ok(written.has('/opt/apim-probe/setup.py'));
});

t.test('the template replaces exactly the two examples, and stays within what Azure takes', async (t) => {
  const template = read('test-vm.bicep');
  const cloudInit = read('cloud-init.yaml');
  const examples = [...template.matchAll(/^var example\w+ = '(\{.*\})'$/gm)].map(([, text = '']) => text);
  t.equal(examples.length, 2);
  for (const example of examples) {
    t.equal(cloudInit.split(example).length, 2, `once: ${example}`);
    // What comes in its place is one line of JSON as well: it can break no YAML.
    t.ok(JSON.parse(example));
  }
  t.ok(Buffer.byteLength(cloudInit) < 16_384, 'custom data is limited to 64 KiB with its options');
  t.notMatch(template, /networkSecurityGroups|securityRules/i, 'no rule');
});

t.test('the test VM sends from a public address unless told not to, and admits nothing by it', async (t) => {
  const template = read('test-vm.bicep');
  t.match(template, /^param publicIp bool = true$/m);
  const [, address = ''] = /^resource address '[^']*' = if \(publicIp\) \{$(.*?)^\}$/ms.exec(template) ?? [];
  t.match(address, "sku: { name: 'Standard' }", 'closed to the outside without a rule');
  t.match(
    template,
    "publicIPAddress: publicIp ? { id: address.id, properties: { deleteOption: 'Delete' } } : null",
  );
  t.equal(template.match(/publicIPAddresses@/g)?.length, 1);
});

t.test('every way to run calls the agent alike', async (t) => {
  const flags = (text: string) =>
    (
      /(?:apim-probe|"\$agent") run (.*)$|\$arguments = "run (.*)$/m.exec(text)?.slice(1).join('') ?? ''
    ).match(/--[a-z-]+/g);
  const expected = ['--quiet', '--config', '--state', '--output'];
  t.strictSame(flags(read('apim-probe.service')), expected);
  t.strictSame(flags(read('scheduled-run.sh')), expected);
  t.strictSame(flags(read('install.ps1')), expected);
});

t.test('no schedule ends a run that its own limits would end', async (t) => {
  const { properties } = configSchema() as { properties: Record<string, { maximum?: number }> };
  const limits = OPTION_KEYS.filter((key) => OPTIONS[key].help.startsWith('limit of the whole'));
  t.strictSame(limits, ['deadline', 'uploadTimeout'], 'those that follow one another in a run');
  const most = limits.map((key) => properties[key]?.maximum ?? Number.NaN);
  const longest = [...most, LONGEST_COMMAND].reduce((sum, ms) => sum + ms);
  const minutes = [
    /^TimeoutStartSec=(\d+)min$/m.exec(read('apim-probe.service'))?.[1],
    /-ExecutionTimeLimit \(New-TimeSpan -Minutes (\d+)\)/.exec(read('install.ps1'))?.[1],
    Number(/^limit=(\d+)$/m.exec(read('scheduled-run.sh'))?.[1]) / 60,
  ];
  for (const limit of minutes) {
    const left = Number(limit) * 60_000 - longest;
    t.ok(left >= 5 * 60_000, 'time for what has no limit of its own', { limit, longest });
    t.ok(left <= 15 * 60_000, 'and what hangs is ended', { limit, longest });
  }
  t.notMatch(read('apim-probe.cron'), /\b(?:timeout|ulimit|kill)\b/, 'and there is no second limit');
});

t.test('every schedule is every 15 minutes', async (t) => {
  t.match(read('apim-probe.timer'), /^OnCalendar=\*:0\/15$/m);
  t.match(read('apim-probe.cron'), /^7,22,37,52 /m);
  t.match(read('install.ps1'), '-RepetitionInterval (New-TimeSpan -Minutes 15)');
});

t.test('every file is in the table of the README', async (t) => {
  const names = ['install.sh', 'install.ps1', 'config.yaml', 'apim-probe.service', 'apim-probe.timer'];
  const more = [
    'apim-probe.cron',
    'scheduled-run.sh',
    'cloud-init.yaml',
    'test-vm.bicep',
    'remove-vm.bicep',
    'run-command.sh',
    'monitoring/check_apim_probe',
    'apim-probe.1',
  ];
  for (const name of [...names, ...more]) {
    t.match(read('README.md'), `\`${name}\``);
    t.ok(read(name).length > 0);
  }
});

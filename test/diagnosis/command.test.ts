/** The commands that show whether a fault is fixed: with the options of the run, and safe in a shell. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  hostsFileCommand,
  rerunAllCommand,
  rerunCommand,
  rerunDnsCommand,
  rerunWithRightNameCommand,
} from '../../src/diagnosis/command.ts';
import type { Observations, OptionValue, Target } from '../../src/model/report.ts';
import type { Group } from '../../src/model/vocabulary.ts';
import { failed, observations, reached } from './build.ts';

type Given = Readonly<Record<string, OptionValue>>;

/** Observations of a run whose user gave these flags. */
function withFlags(given: Given, targets: readonly Target[] = []): Observations {
  const options = Object.entries(given).map(([key, value]) => [key, { value, from: 'flag' as const }]);
  return { ...observations({ targets }), options: Object.fromEntries(options) };
}

const again = (given: Given, ...targets: readonly Target[]) =>
  rerunCommand(withFlags(given, targets), targets);
const broken = (group: Group, host: string, port = 443) =>
  failed(group, host, '20.1.1.1', 'tcp_timeout', { port });
const BLOB = broken('storage-blob', 'st1.blob.core.windows.net');
const KMS = broken('kms', 'kms.core.windows.net', 1688);

t.test('the command names the resources that failed, as the user named them', async (t) => {
  t.equal(
    again({ storage: ['st1', 'st2'], sql: ['s'] }, BLOB),
    'apim-probe run --storage st1 --only storage-blob',
  );
  t.equal(
    again({ redis: ['r.redis.cache.windows.net'] }, broken('redis', 'r.redis.cache.windows.net', 6380)),
    'apim-probe run --redis r.redis.cache.windows.net --only redis',
  );
  t.equal(
    again(
      { target: ['tds://app.contoso.com:1433', 'https://app.contoso.com:8443/a', 'tcp://other.net:1'] },
      broken('custom', 'app.contoso.com', 8443),
    ),
    'apim-probe run --target tds://app.contoso.com:1433 --target https://app.contoso.com:8443/a --only custom',
  );
  t.equal(
    again({ apim: 'a1', vip: '10.0.1.5' }, broken('control-plane', 'a1.management.azure-api.net', 3443)),
    'apim-probe run --apim a1 --vip 10.0.1.5 --only control-plane',
  );
  t.equal(
    again(
      { hostname: ['gateway=api.contoso.com', 'portal=p.contoso.com'] },
      broken('gateway', 'api.contoso.com'),
    ),
    'apim-probe run --hostname gateway=api.contoso.com --only gateway',
  );
  t.equal(again({}, KMS), 'apim-probe run --only kms');
});

t.test('a reachable target is not run again', async (t) => {
  t.equal(again({ sql: ['b'] }, KMS, reached('sql', 'b.net', '20.1.1.1')), 'apim-probe run --only kms');
});

t.test('what the run was told about its network is in effect again', async (t) => {
  const given = {
    cloud: 'china',
    region: 'chinaeast2',
    platform: 'stv1',
    from: ['/tmp/my status.json'],
    dnsServer: ['127.0.0.1:5353', '[fd00::1]:53'],
    connectTo: [
      ':443:127.0.0.1:8443',
      'kms.core.windows.net:1688:127.0.0.1:1',
      'b.net::127.0.0.1:2',
      '168.63.129.16:53:127.0.0.1:3',
    ],
    caFile: ["/etc/o'brien.pem"],
    timeout: 1500,
    attempts: 5,
    require: ['kms', 'sql'],
    failOn: 'never',
    label: ['a=b'],
    state: '/var/lib/apim-probe',
  };
  const context =
    "--cloud china --region chinaeast2 --platform stv1 --from '/tmp/my status.json' " +
    "--dns-server 127.0.0.1:5353 --dns-server '[fd00::1]:53'";
  const others = [reached('sql', 'b.net', '20.1.1.1'), reached('dns', '168.63.129.16', '168.63.129.16')];
  t.equal(
    rerunCommand(withFlags(given, [KMS, ...others]), [KMS]),
    `apim-probe run ${context} --connect-to :443:127.0.0.1:8443 ` +
      "--connect-to kms.core.windows.net:1688:127.0.0.1:1 --connect-to 168.63.129.16:53:127.0.0.1:3 --ca-file '/etc/o'\\''brien.pem' " +
      '--timeout 1500 --attempts 5 --require kms --only kms',
    'without the redirect of a host that is not tested',
  );
  t.match(rerunDnsCommand(withFlags(given)), `apim-probe run ${context}`);
  t.match(rerunDnsCommand(withFlags(given)), /--attempts 5 --only dns$/);
});

t.test('a config file is named when it is not the machine’s own, and holds its options', async (t) => {
  const run = (config: { value: string | null; from: 'default' | 'flag' | 'variable' }) =>
    rerunCommand(
      {
        ...observations({ targets: [KMS] }),
        options: { attempts: { value: 4, from: 'file' }, timeout: { value: 9, from: 'variable' }, config },
      },
      [KMS],
    );
  const rest = '--timeout 9 --only kms';
  t.equal(run({ value: '/etc/apim-probe/config.yaml', from: 'default' }), `apim-probe run ${rest}`);
  t.equal(
    run({ value: '/tmp/a b.yaml', from: 'variable' }),
    `apim-probe run --config '/tmp/a b.yaml' ${rest}`,
  );
  t.equal(run({ value: null, from: 'flag' }), `apim-probe run --no-config ${rest}`);
});

t.test('with many groups, or none, the whole run is repeated with its own scope', async (t) => {
  const groups = ['kms', 'sql', 'redis', 'smtp', 'ntp'] as const;
  const given = { sql: ['a', 'b'], skip: ['captcha'], tier: 'developer', target: ['tcp://x.net:1'] };
  const whole = 'apim-probe run --tier developer --sql a --sql b --target tcp://x.net:1 --skip captcha';
  t.equal(again(given, ...groups.map((group) => broken(group, `${group}.net`))), whole);
  t.equal(again(given), whole);
  t.equal(
    rerunAllCommand(withFlags({ ...given, region: 'westeurop' }), { key: 'region', value: 'westeurope' }),
    `${whole} --region westeurope`,
    'with another region',
  );
  t.equal(
    rerunAllCommand(withFlags({ subnet: '10.0.0.0/29' }), { key: 'subnet', value: null }),
    'apim-probe run',
  );
});

t.test('a wrong name is not in the command that shows that it is right', async (t) => {
  const wrong = (given: Given, kind: 'name' | 'region', ...targets: readonly Target[]) =>
    rerunWithRightNameCommand(withFlags(given, targets), targets, kind);
  t.equal(
    wrong({ sql: ['typo', 'right'] }, 'name', broken('sql', 'typo.database.windows.net', 1433)),
    'apim-probe run --sql RIGHT_NAME --only sql',
  );
  t.equal(
    wrong({ target: ['https://typo.net:8443/p?q=typo'] }, 'name', broken('custom', 'typo.net', 8443)),
    "apim-probe run --target 'https://RIGHT_NAME:8443/p?q=typo' --only custom",
  );
  t.equal(
    wrong({ apim: 'typo', vip: '10.0.0.5' }, 'name', broken('gateway', 'typo.azure-api.net')),
    'apim-probe run --apim RIGHT_NAME --vip 10.0.0.5 --only gateway',
  );
  t.equal(
    wrong({ hostname: ['portal=typo.net'] }, 'name', broken('gateway', 'typo.net')),
    'apim-probe run --hostname portal=RIGHT_NAME --only gateway',
  );
  t.equal(
    wrong({ region: 'westeurop' }, 'region', broken('azure-monitor', 'westeurop.x.net')),
    'apim-probe run --region RIGHT_NAME --only azure-monitor',
  );
});

t.test('a demo is repeated as the demo, whatever the finding', async (t) => {
  const demo = withFlags({ scenario: 'sql-blocked', sql: ['labsql'], connectTo: ['::127.0.0.1:9'] }, [KMS]);
  const command = 'apim-probe demo --scenario sql-blocked';
  t.equal(rerunCommand(demo, [KMS]), command);
  t.equal(rerunDnsCommand(demo), command);
  t.equal(rerunWithRightNameCommand(demo, [KMS], 'name'), command);
  t.equal(rerunAllCommand(demo, { key: 'region', value: 'x' }), command);
  t.equal(hostsFileCommand(demo, '/etc/hosts', ['a.net']), command);
});

t.test('a finding of the hosts file reads the hosts file', async (t) => {
  const run = withFlags({});
  t.equal(
    hostsFileCommand(run, '/etc/hosts', ['a.example.net', 'b.net']),
    "grep -in -e '^[^#]*a\\.example\\.net' -e '^[^#]*b\\.net' /etc/hosts",
  );
  const windows = 'C:\\Windows\\System32\\drivers\\etc\\hosts';
  t.equal(hostsFileCommand(run, windows, ['a.net', 'b.net']), `findstr /n /i "a.net b.net" '${windows}'`);
  const file = join(t.testdir({}), 'my hosts');
  const typed = () =>
    execFileSync('sh', ['-c', `${hostsFileCommand(run, file, ['a.net'])} || true`], { encoding: 'utf8' });
  writeFileSync(file, '127.0.0.1 localhost\n10.0.0.9 A.net\n');
  t.equal(typed(), '2:10.0.0.9 A.net\n');
  writeFileSync(file, '127.0.0.1 localhost\n# 10.0.0.9 a.net\n10.0.0.9 axnet\n');
  t.equal(typed(), '', 'a comment has no effect');
});

t.test('a shell reads each value as one word, and no value as an option', async (t) => {
  const words = (command: string) =>
    execFileSync('sh', ['-c', `probe() { printf '<%s>' "$@"; }; ${command.replace('apim-probe', 'probe')}`], {
      encoding: 'utf8',
    });
  for (const hostile of [
    'a;reboot',
    '$(reboot)',
    'a b',
    '`x`',
    "a'b",
    'a|b',
    'a"b',
    'a*',
    '~/x',
    '#x',
    "'",
    '!x',
  ]) {
    const target = broken('custom', hostile);
    const command = rerunWithRightNameCommand(withFlags({ caFile: [hostile] }, [target]), [target], 'name');
    t.equal(words(command), `<run><--ca-file><${hostile}><--only><custom>`, hostile);
    t.equal(
      again({ target: [`tcp://${hostile}:1`] }, broken('custom', 'other.net')),
      'apim-probe run --only custom',
    );
  }
  for (const hostile of ['-oProxy', '--config', 'a\nb', 'a\u001b[2Jb', 'a\u202eb', '']) {
    t.equal(again({ caFile: [hostile] }, KMS), 'apim-probe verify REPORT', JSON.stringify(hostile));
    t.equal(hostsFileCommand(withFlags({}), hostile, ['a.net']), 'apim-probe verify REPORT');
  }
  for (const hostile of ["a'; reboot '", '-e', 'a b', '.*', 'a\nb'])
    t.equal(hostsFileCommand(withFlags({}), '/etc/hosts', [hostile]), 'apim-probe verify REPORT', hostile);
  const demo = withFlags({ scenario: '$(reboot)' }, [KMS]);
  t.equal(rerunCommand(demo, [KMS]), 'apim-probe run --only kms', 'no scenario has such a name');
});

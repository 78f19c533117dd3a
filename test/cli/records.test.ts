/** The command: its arguments, its errors, and that it asks only the metadata service. */
import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Target } from '../../src/model/report.ts';
import { resolved, target, unanswered, writtenReport } from '../report/samples.ts';
import { invoke } from './harness.ts';

const PLACE = ['--cloud', 'public', '--region', 'westeurope'] as const;
const INSTANCE = ['records', '--apim', 'contoso', '--vip', '10.0.1.5'] as const;

const instance = (host: string, resolutions: Target['resolutions']) =>
  target('gateway', host, 443, { resolutions });

/** A report of a run with --apim, with that virtual IP. */
function reportWith(targets: readonly Target[], vip: string | null = '10.0.1.5'): string {
  const { environment } = writtenReport();
  const network = { ...environment.network, vip };
  return JSON.stringify(writtenReport({ targets: [...targets], environment: { ...environment, network } }));
}

t.test('all formats, or one of them', async (t) => {
  const cwd = t.testdir({});
  const all = await invoke([...INSTANCE, ...PLACE], { cwd });
  t.match(all, { code: 0, err: '' });
  t.equal(all.out.match(/^# ==== /gm)?.length, 4);
  const hosts = await invoke([...INSTANCE, ...PLACE, '--format', 'hosts'], { cwd });
  t.match(hosts.out, '\n10.0.1.5 contoso.azure-api.net\n');
  t.match(hosts.out, '\n10.0.1.5 contoso-westeurope-01.regional.azure-api.net\n');
  t.notMatch(hosts.out, /az network|zone "/);
  const china = await invoke([...INSTANCE, '--cloud', 'china', '--format', 'hosts'], { cwd });
  t.match(china.out, '\n10.0.1.5 contoso.management.azure-api.cn\n');
});

t.test('custom domains, further regions, and one zone for all', async (t) => {
  const cwd = t.testdir({});
  const argv = [...INSTANCE, ...PLACE, '--hostname', 'gateway=api.contoso.com', '--location', 'uksouth'];
  const { out } = await invoke([...argv, '--zone', 'suffix', '--format', 'bind'], { cwd });
  t.match(out, /^zone "api\.contoso\.com" \{/m);
  t.match(out, /^zone "azure-api\.net" \{/m);
  t.match(out, '\n; contoso-uksouth-01.regional IN A ADDRESS\n');
  t.notMatch(out, /^contoso IN/m, 'the custom domain stands in the place of the gateway’s own name');
});

t.test('without a region the metadata service is asked, and its silence is not a failure', async (t) => {
  const { code, out } = await invoke([...INSTANCE, '--format', 'hosts'], { cwd: t.testdir({}) });
  t.equal(code, 0);
  t.match(out, '# Left out: contoso-<region>-01.regional.azure-api.net: give --region NAME\n');
  t.match(out, '\n10.0.1.5 contoso.azure-api.net\n');
});

t.test('options of a config file for runs are ignored', async (t) => {
  const cwd = t.testdir({
    'apim-probe.yaml':
      'apim: contoso\nvip: 10.0.1.5\ncloud: china\nregion: chinanorth3\nskip: [gateway]\nrequire: [custom]\n' +
      'storage: a1b.blob.core.windows.net\n',
  });
  const { code, out } = await invoke(['records', '--config', 'apim-probe.yaml', '--format', 'hosts'], {
    cwd,
  });
  t.equal(code, 0);
  t.match(out, '\n10.0.1.5 contoso.azure-api.cn\n');
});

t.test('oddities are notes', async (t) => {
  const cwd = t.testdir({});
  const notes = async (...argv: string[]) => (await invoke([...INSTANCE, ...PLACE, ...argv], { cwd })).err;
  t.match(
    await notes('--location', 'westeurope'),
    'note: --location names westeurope, which is this run’s own region',
  );
  const elsewhere = await invoke(['records', '--apim', 'contoso', '--vip', '20.1.2.3', ...PLACE], { cwd });
  t.match(
    elsewhere.err,
    'note: 20.1.2.3 is a public address; the host names of an instance in internal mode',
  );
});

t.test('a report: only the missing records', async (t) => {
  const cwd = t.testdir({
    'r.json': reportWith([
      instance('contoso.azure-api.net', [resolved('10.0.1.5')]),
      instance('contoso.portal.azure-api.net', [unanswered('dns_nxdomain')]),
    ]),
  });
  const { code, out, err } = await invoke(['records', 'r.json', '--format', 'hosts'], { cwd });
  t.equal(code, 0);
  t.match(out, '\n10.0.1.5 contoso.portal.azure-api.net\n');
  t.notMatch(out, ' contoso.azure-api.net');
  t.equal(err, 'note: 1 of 2 host names that were looked up in that run need a record\n');
  const wide = await invoke(['records', 'r.json', '--format', 'bind', '--zone', 'suffix'], { cwd });
  t.match(
    wide.out,
    /^contoso\.portal IN A 10\.0\.1\.5\ncontoso IN A 10\.0\.1\.5$/m,
    'a zone file is whole or wrong',
  );
  t.match(wide.err, 'note: --zone suffix: prints all of them');
  const moved = await invoke(['records', 'r.json', '--format', 'hosts', '--vip', '10.0.1.9'], { cwd });
  t.match(moved.out, '\n10.0.1.9 contoso.azure-api.net\n', '--vip goes before the report');
});

t.test('a report without missing records', async (t) => {
  const cwd = t.testdir({
    'r.json': reportWith([instance('contoso.azure-api.net', [resolved('10.0.1.5')])]),
  });
  for (const format of ['all', 'bind']) {
    t.match(await invoke(['records', 'r.json', '--format', format], { cwd }), {
      code: 0,
      out: '# Nothing is missing: on every DNS server that was asked, 1 of 1 host names lead to 10.0.1.5.\n',
    });
  }
});

t.test('errors have a reason, and nothing is printed', async (t) => {
  const cwd = t.testdir({
    'r.json': reportWith([instance('contoso.azure-api.net', [])], null),
    'loop.json': reportWith([instance('contoso.azure-api.net', [])], '127.0.0.1'),
    'other.json': '{"targets": []}',
    'text.json': 'no JSON',
    folder: {},
  });
  writeFileSync(join(cwd, 'huge.json'), '');
  truncateSync(join(cwd, 'huge.json'), 256 * 1024 * 1024 + 1);
  execFileSync('mkfifo', [join(cwd, 'pipe')]);
  const where =
    /Overview page of the instance in the Azure portal, and the output of: az apim show --resource-group GROUP/;
  for (const [argv, expected] of [
    [[], /2 problems:\n {2}- records needs the instance: give --apim NAME[\s\S]*give --vip ADDRESS/],
    [['--apim', 'contoso'], where],
    [['--apim', 'contoso'], /az apim show .* --name contoso --query privateIpAddresses/],
    [['--vip', '10.0.1.5'], /records needs the instance/],
    [['--apim', 'contoso', '--vip', '127.0.0.1'], /vip: "127\.0\.0\.1" \(flag --vip\) is a loopback address/],
    [['--apim', 'contoso', '--vip', '0.0.0.0'], /is the unspecified address, which no gateway has/],
    [['--apim', 'contoso', '--vip', 'fd00::5%eth0'], /has a zone index/],
    [['--apim', 'contoso', '--vip', 'contoso'], /must be an IPv4 or IPv6 address/],
    [
      ['--apim', 'contoso', '--vip', '10.0.1.5', '--format', 'unbound'],
      /--format "unbound" must be one of hosts,/,
    ],
    [
      ['--apim', 'contoso', '--vip', '10.0.1.5', '--zone', 'wide'],
      /--zone "wide" must be one of host, suffix/,
    ],
    [['--apim', 'contoso', '--storage', 'a'], /"apim-probe records" has no option --storage/],
    [
      [
        '--hostname',
        'configuration=c.contoso.com',
        '--vip',
        '10.0.1.5',
        '--cloud',
        'china',
        '--region',
        'chinanorth3',
      ],
      /--hostname configuration=c\.contoso\.com: the china cloud has no such endpoint/,
    ],
    [['r.json'], /"r\.json" is of a run without --vip\. .*give --vip ADDRESS/],
    [['r.json', 's.json'], /unexpected argument "s\.json" after "records"/],
    [
      ['r.json', '--apim', 'contoso', '--region', 'uksouth'],
      /--apim, --region: the report has its own values/,
    ],
    [['loop.json'], /"loop\.json": environment\.network\.vip: "127\.0\.0\.1" is a loopback address/],
    [['pipe'], /"pipe" is not a regular file/],
    [['huge.json'], /"huge\.json" is larger than 256 MiB/],
  ] as const) {
    const { code, out, err } = await invoke(['records', ...argv], { cwd });
    t.equal(code, 2, argv.join(' '));
    t.equal(out, '');
    t.match(err, expected);
  }
});

import t from 'tap';
import {
  lookupCommand,
  rerunCommand,
  rerunDnsCommand,
  showIssuerCommand,
} from '../../src/diagnosis/command.ts';
import type { Target } from '../../src/model/report.ts';
import type { Group } from '../../src/model/vocabulary.ts';
import { failed, observations, reached } from './build.ts';

const again = (targets: readonly Target[]) => rerunCommand(observations({ targets }), targets);
const broken = (group: Group, host: string, port = 443) =>
  failed(group, host, '20.1.1.1', 'tcp_timeout', { port });

t.test('a second run names the resources of the first one', async (t) => {
  t.equal(
    again([broken('storage-blob', 'st1.blob.core.windows.net')]),
    'apim-probe run --only storage-blob --storage st1',
  );
  t.equal(
    again([broken('redis', 'r.redis.cache.windows.net')]),
    'apim-probe run --only redis --redis r.redis.cache.windows.net',
  );
  t.equal(
    again([broken('custom', 'app.contoso.com', 8443)]),
    'apim-probe run --only custom --target https://app.contoso.com:8443',
  );
  t.equal(
    again([broken('control-plane', 'a1.management.azure-api.net', 3443)]),
    'apim-probe run --only control-plane --apim a1',
  );
  t.equal(
    again([broken('gateway', 'api.contoso.com')]),
    'apim-probe run',
    'the role of a custom domain is not known',
  );
  t.equal(again([broken('kms', 'kms.core.windows.net', 1688)]), 'apim-probe run --only kms');
  t.equal(again([]), 'apim-probe run');
});

t.test('a reachable target is not run again', async (t) => {
  t.equal(again([broken('kms', 'a.net'), reached('sql', 'b.net', '20.1.1.1')]), 'apim-probe run --only kms');
});

t.test('cloud and DNS servers are repeated when they were given', async (t) => {
  const targets = [broken('kms', 'a.net')];
  const given = observations({ targets, servers: ['127.0.0.1:5353', '[fd00::1]:53', 'x;reboot'] });
  const dns = { ...given.environment.dns, source: '--dns-server' };
  const environment = { ...given.environment, cloud: 'china', dns } as const;
  t.equal(
    rerunCommand({ ...given, environment }, targets),
    "apim-probe run --cloud china --dns-server 127.0.0.1:5353 --dns-server '[fd00::1]:53' --only kms",
  );
  t.equal(
    rerunDnsCommand({ ...given, environment }),
    "apim-probe run --cloud china --dns-server 127.0.0.1:5353 --dns-server '[fd00::1]:53' --only dns",
  );
});

t.test('an endpoint that only the service’s list names becomes a --target', async (t) => {
  const source = {
    kind: 'import',
    document: 'status.json: NetworkStatus',
    asOf: '2026-05-04',
    name: null,
  } as const;
  const given = { source, port: 1886 };
  t.equal(
    again([{ ...broken('azure-monitor', 'prod9.example.net'), ...given }]),
    'apim-probe run --only custom --target https://prod9.example.net:1886',
  );
  t.equal(
    again([{ ...broken('sql', 'apirp1.database.windows.net'), source }]),
    'apim-probe run --only sql --sql apirp1.database.windows.net',
  );
});

t.test('the hosts of an instance are named by it, and custom domains by their role', async (t) => {
  t.equal(
    again([broken('gateway', 'contoso-westeurope-01.regional.azure-api.net')]),
    'apim-probe run --only gateway --apim contoso',
  );
  const source = { kind: 'config', document: '--hostname gateway', asOf: '2026-05-04', name: null } as const;
  t.equal(
    again([{ ...broken('gateway', 'api.contoso.com'), source }]),
    'apim-probe run --only gateway --hostname gateway=api.contoso.com',
  );
});

t.test('a command has no character that a shell interprets', async (t) => {
  for (const hostile of [
    'a;reboot',
    '$(reboot)',
    '-oProxy',
    'a b',
    '`x`',
    "a'b",
    'a\nb',
    'a|b',
    '',
    '--help',
    'a.net-',
  ]) {
    const command = again([broken('custom', hostile)]);
    t.equal(command, 'apim-probe run', JSON.stringify(hostile));
    t.equal(lookupCommand(hostile, '10.0.0.4'), 'apim-probe run --only dns');
    t.equal(lookupCommand('a.net', hostile), 'nslookup a.net');
    t.equal(showIssuerCommand(hostile, 443), 'apim-probe run');
  }
  // An address is no server name (RFC 6066 section 3).
  t.match(showIssuerCommand('20.9.9.1', 443), /^openssl s_client -connect 20\.9\.9\.1:443 <\/dev\/null/);
});

t.test('a DNS server is queried on its port', async (t) => {
  t.equal(lookupCommand('a.net', null), 'nslookup a.net');
  t.equal(lookupCommand('a.net', '10.0.0.4'), 'nslookup a.net 10.0.0.4');
  t.equal(lookupCommand('a.net', 'fd00::1'), 'nslookup a.net fd00::1');
  t.equal(lookupCommand('a.net', '127.0.0.1:5353'), 'nslookup -port=5353 a.net 127.0.0.1');
  t.equal(lookupCommand('a.net', '[fd00::1]:5353'), 'nslookup -port=5353 a.net fd00::1');
});

/** This VM has no DNS server, or never asks one. */
import t from 'tap';
import {
  azureDns,
  diagnoseTargets,
  dnsServer,
  environmentWith,
  resolved,
  SERVER,
  unanswered,
  unresolved,
} from './build.ts';

const SQL = 'contoso.database.windows.net';
const LOOPBACK = '127.0.0.1';
const silence = unanswered('dns_unreachable', { server: LOOPBACK });
const assumed = environmentWith({ servers: [LOOPBACK], system: { serverNamed: false, asksDns: true } });
const targets = [
  dnsServer(LOOPBACK, 'dns_unreachable'),
  unresolved('sql', SQL, [silence], { port: 1433, required: true }),
  unresolved('entra-id', 'login.microsoftonline.com', [silence]),
];

t.test(
  'resolv.conf names no server: one finding, owner vm, with the lines that the system ignores',
  async (t) => {
    const notes = [
      '/etc/resolv.conf:1 is ignored by this system: it ends in a carriage return, as files of Windows do',
      '/etc/resolv.conf names no DNS server, so this system asks 127.0.0.1',
    ];
    const { findings, causes } = diagnoseTargets({
      targets,
      environment: { ...assumed, notes },
      controls: [azureDns({ [SQL]: '20.1.2.3' })],
    });
    t.equal(findings.length, 1, 'and 127.0.0.1 is not called a dead server');
    t.match(findings[0], {
      cause: 'dns-not-configured',
      severity: 'error',
      owner: 'vm',
      title: '/etc/resolv.conf names no DNS server',
      explanation:
        /asks 127\.0\.0\.1 then.*2 endpoints could not be tried.*:1 is ignored.*carriage return.*Azure DNS.*answers/,
      evidence: ['dns/127.0.0.1:53', `sql/${SQL}:1433`, 'entra-id/login.microsoftonline.com:443'],
      remedy: [/^Correct the lines/, /systemd-resolved/, /--dns-server 168\.63\.129\.16/],
    });
    t.same([...new Set(Object.values(causes))], ['dns-not-configured']);
  },
);

t.test('a Windows VM without servers', async (t) => {
  const { dns, network } = environmentWith({ servers: [] });
  const { single } = diagnoseTargets({
    targets: [unresolved('sql', SQL, [], { port: 1433, required: true })],
    environment: { network, dns: { ...dns, source: 'the runtime', system: null } },
  });
  t.equal(single('dns-not-configured').title, 'This VM has no DNS server');
});

t.test('not where a server on this VM answers, or where the servers were given', async (t) => {
  const failing = unresolved('sql', SQL, [unanswered('dns_servfail', { server: LOOPBACK })], { port: 1433 });
  const local = diagnoseTargets({ targets: [dnsServer(LOOPBACK), failing], environment: assumed });
  t.notOk(local.findings.some(({ cause }) => cause === 'dns-not-configured'));
  const dns = { ...assumed.dns, source: '--dns-server' };
  const given = diagnoseTargets({ targets, environment: { ...assumed, dns } });
  t.match(given.findings, [{ cause: 'dns-server-down' }]);
});

const sourcesFile = { path: '/etc/nsswitch.conf', line: 'hosts: files [NOTFOUND=return] dns' };

t.test('nsswitch.conf leads no look-up to DNS', async (t) => {
  const environment = environmentWith({ system: { serverNamed: true, asksDns: false, sourcesFile } });
  const answers = [resolved('20.1.2.3')];
  const { findings } = diagnoseTargets({
    targets: [dnsServer(SERVER), unresolved('sql', SQL, answers, { port: 1433, required: true })],
    environment,
  });
  t.equal(findings.length, 1);
  t.match(findings[0], {
    cause: 'dns-not-configured',
    owner: 'vm',
    title: '/etc/nsswitch.conf keeps this VM from asking a DNS server',
    explanation:
      /has “hosts: files \[NOTFOUND=return\] dns”.*\/etc\/hosts ends there.*Asked directly, 10\.0\.0\.4 resolved 1/,
    evidence: [`sql/${SQL}:1433`],
    remedy: [/“hosts: files dns”/, /--dns-server/],
    confirm: 'apim-probe run --only sql',
  });
});

t.test('resolv.conf allows no attempt', async (t) => {
  const environment = environmentWith({ system: { serverNamed: true, asksDns: false, attempts: 0 } });
  const { single } = diagnoseTargets({
    targets: [unresolved('sql', SQL, [], { port: 1433, required: true })],
    environment,
  });
  t.match(single('dns-not-configured'), {
    title: '/etc/resolv.conf keeps this VM from asking a DNS server',
    remedy: [/^Remove “attempts” from the options/, /--dns-server/],
  });
});

/** Which server decides, which names are queried, and what is recorded. */
import t from 'tap';
import type { Options } from '../../src/config/types.ts';
import { parseNsswitch } from '../../src/environment/nsswitch.ts';
import { silent } from '../servers/behaviours.ts';
import { a, reply, TYPES } from '../servers/dns-bytes.ts';
import { openDnsPeer } from '../servers/dns-peer.ts';
import { openPeer } from '../servers/peer.ts';
import { type NameAnswer, nameServer, to } from './peers.ts';
import { IMPATIENT, ran, serverAddress, surveyWith, targets } from './runs.ts';

const target = targets('tcp://a.example:80');
const HERE: NameAnswer = { addresses: ['10.0.0.1'] };
const THERE: NameAnswer = { addresses: ['10.0.0.2'] };

const dialled = (run: Awaited<ReturnType<typeof ran>>): readonly string[] =>
  run.only.attempts.map(({ address }) => address);

t.test('the first server decides, and every server is asked', async (t) => {
  const servers = [await nameServer(t, () => HERE), await nameServer(t, () => THERE)];
  const run = await ran({ options: { target }, names: servers });
  t.same(dialled(run), ['10.0.0.1']);
  t.match(run.only.resolutions, [
    { server: serverAddress(0), rcode: 'NOERROR', failure: null, addresses: ['10.0.0.1'] },
    { server: serverAddress(1), rcode: 'NOERROR', failure: null, addresses: ['10.0.0.2'] },
  ]);
});

for (const [what, first] of [
  ['is silent', 'silence'],
  ['fails', { rcode: 'SERVFAIL' }],
  ['refuses', { rcode: 'REFUSED' }],
] as const) {
  t.test(`where the first ${what}, the second decides`, async (t) => {
    const servers = [await nameServer(t, () => first), await nameServer(t, () => THERE)];
    const run = await ran({ options: { target, ...IMPATIENT }, names: servers });
    t.same(dialled(run), ['10.0.0.2']);
  });
}

t.test('a server that does not answer does not decide', async (t) => {
  const alive = await nameServer(t, () => THERE);
  const run = await ran({ options: { target }, names: [{ ...alive, port: 1 }, alive] });
  t.same(dialled(run), ['10.0.0.2']);
  t.equal(run.only.resolutions[0]?.failure, 'dns_unreachable');
});

for (const [what, first, failure] of [
  ['does not exist', { rcode: 'NXDOMAIN' }, 'dns_nxdomain'],
  ['has no address', { addresses: [] }, 'dns_nodata'],
] as const) {
  t.test(`when the first server answers that the name ${what}, that is final`, async (t) => {
    const servers = [await nameServer(t, () => first), await nameServer(t, () => THERE)];
    const run = await ran({ options: { target }, names: servers });
    t.match(run.only, { status: 'unreachable', failure, attempts: { length: 0 }, addresses: { length: 0 } });
    t.same(run.only.resolutions[1]?.addresses, ['10.0.0.2'], 'the answer of the second is evidence');
  });
}

t.test('an address that no service can have is reported and not dialled', async (t) => {
  const options: Partial<Options> = { only: ['key-vault'], keyVault: ['contoso'] };
  for (const bogus of ['0.0.0.0', '127.0.0.1', '169.254.7.7', '224.0.0.251', '255.255.255.255']) {
    const servers = [await nameServer(t, () => ({ addresses: [bogus] }))];
    const { only } = await ran({ options, names: servers });
    t.match(only, { status: 'unreachable', failure: 'dns_bogus_address', attempts: { length: 0 } }, bogus);
    t.match(only, { cause: 'dns-tampered', addresses: [{ address: bogus }] }, bogus);
  }
  const servers = [await nameServer(t, () => ({ addresses: ['0.0.0.0', '10.0.0.1'] }))];
  const mixed = await ran({ options, names: servers });
  t.same(dialled(mixed), ['10.0.0.1'], 'the others are');
  const local = [await nameServer(t, () => ({ addresses: ['127.0.0.1'] }))];
  t.same(
    dialled(await ran({ options: { target }, names: local })),
    ['127.0.0.1'],
    'a host of the user’s may be here',
  );
});

t.test('without an answer the failure of the last server counts', async (t) => {
  const servers = [await nameServer(t, () => 'silence'), await nameServer(t, () => ({ rcode: 'SERVFAIL' }))];
  const { only } = await ran({ options: { target, ...IMPATIENT }, names: servers });
  t.match(only, { status: 'unreachable', failure: 'dns_servfail' });
});

t.test('without any server no name resolves', async (t) => {
  const { only } = await ran({ options: { target } });
  t.match(only, { status: 'unreachable', failure: 'dns_unreachable', resolutions: { length: 0 } });
});

t.test('the hosts file takes precedence, and the answers of servers are evidence', async (t) => {
  const names = await nameServer(t, () => ({ rcode: 'NXDOMAIN' }));
  const hosts = new Map([
    ['a.example', ['10.0.0.7']],
    ['elsewhere.example', ['10.0.0.8']],
  ]);
  const run = await ran({
    options: { target: targets('tcp://A.example:80') },
    names: [names],
    survey: { hosts },
  });
  t.same(dialled(run), ['10.0.0.7']);
  t.equal(run.only.resolutions[0]?.rcode, 'NXDOMAIN');
  t.same(run.observations.environment.dns.hostsFile.overrides, [
    { host: 'a.example', addresses: ['10.0.0.7'] },
  ]);
});

t.test('the answer of a slow server is awaited after the dial has ended', async (t) => {
  const servers = [await nameServer(t, () => HERE), await nameServer(t, () => 'silence')];
  const run = await ran({ options: { target, ...IMPATIENT }, names: servers });
  t.same(dialled(run), ['10.0.0.1']);
  t.same(
    run.only.resolutions.map(({ rcode }) => rcode),
    ['NOERROR', 'dns_timeout'],
  );
});

t.test('a name that several targets share is queried once, and once more at the end', async (t) => {
  const names = await nameServer(t, () => HERE);
  const urls = targets('tcp://a.example:80', 'tcp://A.EXAMPLE:443', 'tcp://a.example:1433');
  // Names of targets that fail are asked again more often.
  const peer = await openPeer(t, silent);
  const redirections = [80, 443, 1433].map((port) => to(peer, '10.0.0.1', port));
  await ran({ options: { target: urls }, names: [names], redirections });
  t.same(names.questions.filter((question) => question.includes('a.example')).toSorted(), [
    'A a.example',
    'A a.example',
    'AAAA a.example',
    'AAAA a.example',
  ]);
});

t.test('a single label is tried with the search list first', async (t) => {
  const names = await nameServer(t, (name) => (name === 'db.b.example' ? HERE : { rcode: 'NXDOMAIN' }));
  const survey = { searchDomains: ['a.example', 'b.example'] };
  const run = await ran({ options: { target: targets('tcp://db:1433') }, names: [names], survey });
  t.same(dialled(run), ['10.0.0.1']);
  const asked = names.questions.filter((question) => question.startsWith('A db'));
  t.same(asked, ['A db.a.example', 'A db.b.example']);
  const alone = await nameServer(t, (name) => (name === 'db' ? THERE : { rcode: 'NXDOMAIN' }));
  t.same(dialled(await ran({ options: { target: targets('tcp://db:1433') }, names: [alone], survey })), [
    '10.0.0.2',
  ]);
});

t.test(
  'a name with a dot is never dialled under a search domain, even where that would resolve',
  async (t) => {
    const names = await nameServer(t, (name) => (name === 'a.example' ? { rcode: 'NXDOMAIN' } : HERE));
    const run = await ran({
      options: { target },
      names: [names],
      survey: { searchDomains: ['corp.example'] },
    });
    t.match(run.only, {
      status: 'unreachable',
      failure: 'dns_nxdomain',
      attempts: { length: 0 },
      addressesFrom: serverAddress(0),
    });
  },
);

t.test('the source of the decision is reported: the hosts file or a server', async (t) => {
  const names = await nameServer(t, () => THERE);
  const hosts = new Map([['a.example', ['10.0.0.7']]]);
  const usual = await ran({ options: { target }, names: [names], survey: { hosts } });
  t.match(usual.only, { addressesFrom: 'hosts-file', addresses: [{ address: '10.0.0.7' }] });
  const { sources } = parseNsswitch('hosts: dns files\n');
  const other = await ran({ options: { target }, names: [names], survey: { hosts, sources } });
  t.match(other.only, { addressesFrom: serverAddress(0), addresses: [{ address: '10.0.0.2' }] });
  const denied = await nameServer(t, () => ({ rcode: 'NXDOMAIN' }));
  const last = await ran({ options: { target }, names: [denied], survey: { hosts, sources } });
  t.match(last.only, { addressesFrom: 'hosts-file', addresses: [{ address: '10.0.0.7' }] });
});

t.test('a system that never asks DNS has no address, whatever its servers know', async (t) => {
  const names = await nameServer(t, () => THERE);
  const survey = surveyWith({});
  const { dns } = survey.environment;
  const usual = { order: ['files'], timeoutMs: 5000, attempts: 2, ndots: 1, rotate: false, asksDns: false };
  const asking = (attempts: number, source: string) => ({
    ...survey.environment,
    dns: { ...dns, servers: [serverAddress(0)], source, system: { ...usual, attempts } },
  });
  for (const [environment, text] of [
    [asking(2, '/etc/resolv.conf'), 'hosts: files [NOTFOUND=return] dns\n'],
    [asking(0, '/etc/resolv.conf'), 'hosts: files dns\n'],
  ] as const) {
    const { sources } = parseNsswitch(text);
    const { only } = await ran({ options: { target }, names: [names], survey: { environment, sources } });
    t.match(only, { failure: 'dns_unreachable', addresses: { length: 0 }, addressesFrom: null });
    t.match(only.resolutions, [{ addresses: ['10.0.0.2'] }], 'the answer is evidence');
  }
  const given = asking(0, '--dns-server');
  const { only } = await ran({
    options: { target },
    names: [names],
    survey: { environment: given, sources: parseNsswitch('hosts: files\n').sources },
  });
  t.match(only, { addresses: [{ address: '10.0.0.2' }] }, '--dns-server asks for them all the same');
});

t.test('ignored replies of a server are counted', async (t) => {
  const peer = await openDnsPeer(t, {
    udp: (asked) => [
      reply(asked, { id: asked.id ^ 1, answers: [a('a.example', '192.0.2.66')] }),
      reply(asked, { answers: asked.type === TYPES.A ? [a('a.example', '127.0.0.1')] : [] }),
    ],
  });
  const { only } = await ran({ options: { target }, names: [peer] });
  t.match(only.resolutions, [{ addresses: ['127.0.0.1'], ignored: { wrongId: 2, wrongSource: 0 } }]);
});

t.test('an address is not queried', async (t) => {
  const names = await nameServer(t, () => HERE);
  const { only } = await ran({ options: { target: targets('tcp://[::ffff:10.0.0.9]:80') }, names: [names] });
  t.same(only.resolutions, []);
  t.notOk(names.questions.some((question) => question.includes('ffff')));
});

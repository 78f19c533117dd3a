/** Which zones each server has for the suffixes of Azure's services. */
import t from 'tap';
import { type Asked, RCODES, type Reply, reply, soa, TYPES } from '../../servers/dns-bytes.ts';
import { openDnsPeer } from '../../servers/dns-peer.ts';
import { type ClosedWorld, closedWorld, to } from '../peers.ts';
import { controlOf, customPlan, IMPATIENT, ran, serverAddress, targets } from '../runs.ts';

const BLOB = 'blob.core.windows.net';
const OPTIONS = { target: targets('tcp://127.0.0.1:1'), ...IMPATIENT };

/** A server with this answer for the blob suffix, and the root zone for everything else. */
function serverAnswering(t: Parameters<typeof openDnsPeer>[0], answerFor: (asked: Asked) => Reply | null) {
  return openDnsPeer(t, {
    udp: (asked) => {
      if (asked.type !== TYPES.SOA) return reply(asked, { rcode: RCODES.NXDOMAIN });
      if (asked.name !== BLOB)
        return reply(asked, { authorities: [soa('windows.net', 'ns1.azure-dns.com')] });
      const answer = answerFor(asked);
      return answer === null ? null : reply(asked, answer);
    },
  });
}

type Server = Awaited<ReturnType<typeof serverAnswering>>;

async function authority(servers: readonly Server[], azure?: Server) {
  const plan = { ...customPlan(OPTIONS), suffixes: [BLOB, 'vault.azure.net'] };
  const redirections = azure === undefined ? [] : [to(azure, '168.63.129.16', 53)];
  const run = await ran({ options: OPTIONS, names: servers, plan, redirections });
  return controlOf(run, 'dns-zone-authority');
}

t.test('public zones are expected', async (t) => {
  const server = await serverAnswering(t, () => ({ answers: [soa(BLOB, 'ns1.azure-dns.com')] }));
  const { outcome, detail } = await authority([server], server);
  t.equal(outcome, 'expected');
  t.match(
    detail.zones.map((zone) => [zone.server, zone.suffix, zone.zone, zone.private]),
    [
      [serverAddress(0), BLOB, BLOB, false],
      [serverAddress(0), 'vault.azure.net', 'windows.net', false],
      ['168.63.129.16', BLOB, BLOB, false],
      ['168.63.129.16', 'vault.azure.net', 'windows.net', false],
    ],
  );
});

for (const [what, answer] of [
  ['an Azure private zone', { answers: [soa(BLOB, 'azureprivatedns.net')] }],
  ['an Azure private zone of a parent', { authorities: [soa('core.windows.net', 'azureprivatedns.net')] }],
  [
    'a zone that the server holds itself',
    { authoritative: true, answers: [soa(BLOB, 'dc01.contoso.local')] },
  ],
] as const) {
  t.test(`${what} is anomalous, at the one server that has it`, async (t) => {
    const [honest, other] = [
      await serverAnswering(t, () => ({ answers: [soa(BLOB, 'ns1.azure-dns.com')] })),
      await serverAnswering(t, () => answer),
    ];
    const { outcome, detail } = await authority([honest, other], honest);
    t.equal(outcome, 'anomalous');
    t.match(detail.text, serverAddress(1));
    t.same(
      detail.zones.filter((zone) => zone.private).map((zone) => [zone.server, zone.suffix]),
      [[serverAddress(1), BLOB]],
    );
  });
}

t.test('a server that forwards to Azure’s resolver has no zone of its own', async (t) => {
  const odd = { authoritative: true, answers: [soa(BLOB, 'ns1.example.net')] };
  const relayed = await serverAnswering(t, () => odd);
  t.equal((await authority([relayed], relayed)).outcome, 'expected');
  const known = { authoritative: true, answers: [soa(BLOB, 'ns1-201.azure-dns.com')] };
  const silent = await serverAnswering(t, () => null);
  const alone = await serverAnswering(t, () => known);
  t.equal((await authority([alone], silent)).outcome, 'expected', 'nor when only the primary shows it');
});

t.test('Azure’s resolver may be authoritative', async (t) => {
  const answer = { authoritative: true, answers: [soa(BLOB, 'ns1.azure-dns.com')] };
  const server = await serverAnswering(t, () => answer);
  const silent = await serverAnswering(t, () => null);
  t.equal((await authority([silent], server)).outcome, 'expected');
});

t.test('a root or top-level zone on the server is not anomalous', async (t) => {
  for (const zone of ['', 'net']) {
    const answer = {
      authoritative: true,
      rcode: RCODES.NXDOMAIN,
      authorities: [soa(zone, 'dc01.contoso.local')],
    };
    const server = await serverAnswering(t, () => answer);
    t.equal((await authority([server], server)).outcome, 'expected', zone);
  }
});

t.test('a server without zone data is inconclusive', async (t) => {
  const mute = await openDnsPeer(t, { udp: (asked) => reply(asked, { rcode: RCODES.REFUSED }) });
  const { outcome, detail } = await authority([mute], mute);
  t.equal(outcome, 'unknown');
  t.match(detail.zones, [{ rcode: 'REFUSED', zone: null, private: false }]);
});

t.test('a server’s answer does not count when this VM could not ask Azure’s resolver', async (t) => {
  const server = await serverAnswering(t, () => ({
    authoritative: true,
    answers: [soa(BLOB, 'ns.corp.example')],
  }));
  const silent = await serverAnswering(t, () => null);
  const names = [server];
  const plan = { ...customPlan(OPTIONS), suffixes: [BLOB] };
  const outcomeWith = async (full: boolean) => {
    const real = closedWorld([to(server, serverAddress(0), 53), to(silent, '168.63.129.16', 53)]);
    let azure = false;
    const system: ClosedWorld = {
      ...real,
      route: (host, address, port) => {
        azure = address === '168.63.129.16';
        return real.route(host, address, port);
      },
      openUdp: (address) => {
        const socket = real.openUdp(address);
        const error = Object.assign(new Error('bind EMFILE'), { code: 'EMFILE', syscall: 'bind' });
        if (full && azure) process.nextTick(() => socket.emit('error', error));
        return socket;
      },
    };
    const signal = AbortSignal.timeout(1500);
    return controlOf(await ran({ options: OPTIONS, names, plan, system, signal }), 'dns-zone-authority');
  };
  const asked = await outcomeWith(false);
  t.equal(asked.outcome, 'anomalous', 'a timeout of Azure’s resolver is not such a reason');
  const full = await outcomeWith(true);
  t.equal(full.outcome, 'expected');
  t.equal(full.detail.zones.at(-1)?.rcode, 'local_limit');
});

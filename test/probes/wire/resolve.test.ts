import t from 'tap';
import { type Answer, resolveAt } from '../../../probes/wire/resolve.ts';
import { createSystem } from '../../../probes/wire/system.ts';
import {
  type Asked,
  a,
  aaaa,
  cname,
  RCODES,
  type Reply,
  reply,
  soa,
  TYPES,
} from '../../servers/dns-bytes.ts';
import { type DnsPeer, openDnsPeer } from '../../servers/dns-peer.ts';
import { closedPort, type Owner } from '../../servers/peer.ts';

const ZONE = 'privatelink.blob.core.windows.net';

function resolve(
  peer: { address: string; port: number },
  name = 'known.test',
  stepMs = 5000,
): Promise<Answer> {
  const budget = { stepMs, signal: new AbortController().signal };
  return resolveAt({ system: createSystem(), server: peer, budget }, name);
}

/** A server with these answers to A and to AAAA; null for no answer. */
function serverOf(
  t: Owner,
  ofIPv4: (asked: Asked) => Reply | null,
  ofIPv6: (asked: Asked) => Reply | null = () => ({}),
): Promise<DnsPeer> {
  return openDnsPeer(t, {
    udp: (asked) => {
      const answer = asked.type === TYPES.AAAA ? ofIPv6(asked) : ofIPv4(asked);
      return answer === null ? null : reply(asked, answer);
    },
  });
}

t.test('both families, IPv4 first, with the CNAME chain', async (t) => {
  const link = cname('known.test', 'alias.test');
  const peer = await serverOf(
    t,
    () => ({ answers: [link, a('alias.test', '192.0.2.1'), a('alias.test', '192.0.2.2')] }),
    () => ({ answers: [link, aaaa('alias.test', '2001:db8:0:0:0:0:0:1')] }),
  );
  const answer = await resolve(peer);
  t.match(answer, {
    rcode: 'NOERROR',
    failure: null,
    addresses: ['192.0.2.1', '192.0.2.2', '2001:db8::1'],
    cname: ['alias.test'],
    authority: { length: 0 },
    truncated: false,
  });
  t.ok(answer.ms > 0 && answer.ms < 5000);
  t.equal(peer.asked.length, 2);
});

t.test('an answer of one family suffices', async (t) => {
  const six = () => ({ answers: [aaaa('known.test', '2001:db8:0:0:0:0:0:1')] });
  const four = () => ({ answers: [a('known.test', '192.0.2.1')] });
  const failing = { silent: () => null, refusing: () => ({ rcode: RCODES.REFUSED }), empty: () => ({}) };
  const cases = Object.entries(failing).map(async ([title, answerFor]) => {
    t.match(
      await resolve(await serverOf(t, answerFor, six), 'known.test', 1000),
      { failure: null, rcode: 'NOERROR', addresses: ['2001:db8::1'] },
      `IPv4 ${title}`,
    );
    t.match(
      await resolve(await serverOf(t, four, answerFor), 'known.test', 1000),
      { failure: null, rcode: 'NOERROR', addresses: ['192.0.2.1'] },
      `IPv6 ${title}`,
    );
  });
  await Promise.all(cases);
});

t.test('without addresses the IPv4 answer decides the failure', async (t) => {
  const peer = await serverOf(
    t,
    () => ({ rcode: RCODES.NXDOMAIN }),
    () => null,
  );
  t.match(await resolve(peer, 'known.test', 200), {
    failure: 'dns_nxdomain',
    rcode: 'NXDOMAIN',
    addresses: { length: 0 },
  });
});

t.test('each answer without an address has its failure', async (t) => {
  const cases: Record<string, [Reply, string, string]> = {
    'no such name': [{ rcode: RCODES.NXDOMAIN }, 'dns_nxdomain', 'NXDOMAIN'],
    'no such record': [{ authorities: [soa('test', 'ns.test')] }, 'dns_nodata', 'NOERROR'],
    'nothing at all': [{}, 'dns_nodata', 'NOERROR'],
    'a failure': [{ rcode: RCODES.SERVFAIL }, 'dns_servfail', 'SERVFAIL'],
    'a refusal': [{ rcode: RCODES.REFUSED }, 'dns_refused', 'REFUSED'],
    'a refusal with another RCODE': [{ rcode: 9 }, 'dns_refused', 'NOTAUTH'],
    'a misunderstanding': [{ rcode: RCODES.FORMERR }, 'dns_malformed', 'FORMERR'],
    'an answer for another name': [{ answers: [a('other.test', '192.0.2.1')] }, 'dns_nodata', 'NOERROR'],
    'a loop': [
      { answers: [cname('known.test', 'a.test'), cname('a.test', 'known.test')] },
      'dns_malformed',
      'NOERROR',
    ],
    'an alias of itself': [{ answers: [cname('known.test', 'known.test')] }, 'dns_malformed', 'NOERROR'],
  };
  for (const [title, [answer, failure, rcode]] of Object.entries(cases)) {
    const answerFor = () => answer;
    t.match(
      await resolve(await serverOf(t, answerFor, answerFor)),
      { failure, rcode, addresses: { length: 0 } },
      title,
    );
  }
});

t.test('no answer and no server', async (t) => {
  const silent = await resolve(
    await serverOf(
      t,
      () => null,
      () => null,
    ),
    'known.test',
    120,
  );
  t.match(silent, {
    failure: 'dns_timeout',
    rcode: 'dns_timeout',
    addresses: { length: 0 },
    cname: { length: 0 },
  });
  const absent = await resolve({ address: '127.0.0.1', port: await closedPort() });
  t.match(absent, { failure: 'dns_unreachable', rcode: 'dns_unreachable' });
});

t.test('a private zone without the record, as Azure DNS answers it', async (t) => {
  const answer = {
    rcode: RCODES.NXDOMAIN,
    answers: [cname('known.blob.core.windows.net', `known.${ZONE}`)],
    authorities: [soa(ZONE, 'azureprivatedns.net')],
  };
  const peer = await serverOf(
    t,
    () => answer,
    () => answer,
  );
  t.match(await resolve(peer, 'known.blob.core.windows.net'), {
    failure: 'dns_nxdomain',
    cname: [`known.${ZONE}`],
    authority: [`${ZONE} azureprivatedns.net`],
  });
});

/** Returns one alias of a chain at a time. */
function inLinks(links: Readonly<Record<string, Reply>>): (asked: Asked) => Reply {
  return ({ name }) => links[name] ?? { rcode: RCODES.NXDOMAIN };
}

t.test('a chain with one alias per answer', async (t) => {
  const answerFor = inLinks({
    'known.test': { answers: [cname('known.test', 'b.test')] },
    'b.test': { answers: [cname('b.test', 'c.test')] },
    'c.test': { answers: [a('c.test', '192.0.2.3')] },
  });
  const peer = await serverOf(t, answerFor, answerFor);
  t.match(await resolve(peer), { failure: null, addresses: ['192.0.2.3'], cname: ['b.test', 'c.test'] });
});

t.test('a chain that ends at a name that does not exist', async (t) => {
  const answerFor = inLinks({ 'known.test': { answers: [cname('known.test', `known.${ZONE}`)] } });
  t.match(await resolve(await serverOf(t, answerFor, answerFor)), {
    failure: 'dns_nxdomain',
    cname: [`known.${ZONE}`],
  });
});

t.test('a loop, and an endless chain', async (t) => {
  const circle = inLinks({
    'known.test': { answers: [cname('known.test', 'b.test')] },
    'b.test': { answers: [cname('b.test', 'c.test')] },
    'c.test': { answers: [cname('c.test', 'b.test')] },
  });
  t.match(await resolve(await serverOf(t, circle, circle)), {
    failure: 'dns_malformed',
    cname: ['b.test', 'c.test'],
  });
  const endless = ({ name }: Asked): Reply => ({ answers: [cname(name, `n.${name}`)] });
  const peer = await serverOf(t, endless, endless);
  const answer = await resolve(peer);
  t.equal(answer.failure, 'dns_malformed');
  t.equal(answer.cname.length, 17);
  t.equal(peer.asked.length, 2 * 17, 'and then no query follows');
});

t.test('an alias that is not a valid name', async (t) => {
  const answerFor = (): Reply => ({ answers: [cname('known.test', '\u001b[2J.test')] });
  const peer = await serverOf(t, answerFor, answerFor);
  t.match(await resolve(peer), { failure: 'dns_malformed', cname: ['\\u{1b}[2J.test'] });
  t.equal(peer.asked.length, 2);
});

t.test('all queries of a chain share the time of one step', async (t) => {
  const peer = await openDnsPeer(t, {});
  const { asked } = peer;
  const slow = await openDnsPeer(t, {
    udp: (question) => {
      // One more alias each time, and only after the second transmission.
      const times = slow.asked.filter(
        ({ name, type }) => name === question.name && type === question.type,
      ).length;
      return times < 2 ? null : reply(question, { answers: [cname(question.name, `n.${question.name}`)] });
    },
  });
  const answer = await resolve(slow, 'known.test', 900);
  t.equal(answer.failure, 'dns_timeout');
  t.ok(answer.cname.length >= 1, 'and the chain so far is recorded');
  t.ok(answer.ms >= 890 && answer.ms < 10_000, `${answer.ms} ms`);
  t.same(asked, []);
});

t.test('a truncated answer is repeated over TCP', async (t) => {
  const peer = await openDnsPeer(t, {
    udp: (asked) => reply(asked, { truncated: true, answers: [a('known.test', '192.0.2.66')] }),
    tcp: (asked) => reply(asked, asked.type === TYPES.A ? { answers: [a('known.test', '192.0.2.1')] } : {}),
  });
  t.match(await resolve(peer), { failure: null, addresses: ['192.0.2.1'], truncated: true });
  await peer.tcp.deserted();
});

t.test('the truncation is recorded when TCP fails', async (t) => {
  const peer = await openDnsPeer(t, {
    udp: (asked) => reply(asked, { truncated: true }),
    connection: (socket) => void socket.end(),
  });
  t.match(await resolve(peer), { failure: 'dns_unreachable', addresses: { length: 0 }, truncated: true });
});

t.test('a defect of this program is not a failure of the server', async (t) => {
  const budget = { stepMs: 5000, signal: new AbortController().signal };
  const system = {
    ...createSystem(),
    route: () => {
      throw new TypeError('a mistake');
    },
  };
  const answer = await resolveAt({ system, server: { address: '127.0.0.1', port: 1 }, budget }, 'known.test');
  t.match(answer, { failure: 'unexpected', addresses: { length: 0 } });
});

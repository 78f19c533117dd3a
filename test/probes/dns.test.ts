import t from 'tap';
import { createSystem } from '../../probes/wire/system.ts';
import { silent } from '../servers/behaviours.ts';
import { a, RCODES, reply } from '../servers/dns-bytes.ts';
import { openDnsPeer } from '../servers/dns-peer.ts';
import { closedPort } from '../servers/peer.ts';
import { tryOnce } from './try.ts';

t.test('any answer proves the server', async (t) => {
  for (const [rcode, value] of Object.entries(RCODES)) {
    const peer = await openDnsPeer(t, {
      udp: (asked) => reply(asked, { rcode: value }),
      tcp: (asked) => reply(asked, { answers: [a('known.test', '192.0.2.1')] }),
    });
    t.match(
      await tryOnce('dns', peer),
      { failure: null, steps: ['request'], facts: { proof: 'reply', dns: { udp: rcode, tcp: 'NOERROR' } } },
      rcode,
    );
    t.equal(peer.asked[0]?.name, 'known.test', 'the name that it was given');
    await peer.tcp.deserted();
  }
});

t.test('a server without TCP is reached, and the TCP failure is recorded', async (t) => {
  const peer = await openDnsPeer(t, { udp: (asked) => reply(asked), connection: silent });
  const tried = await tryOnce('dns', peer, { stepMs: 800 });
  t.match(tried, { failure: null, facts: { proof: 'reply', dns: { udp: 'NOERROR', tcp: 'dns_timeout' } } });
  await peer.tcp.deserted();
});

t.test('a server without UDP is not reached', async (t) => {
  const peer = await openDnsPeer(t, { tcp: (asked) => reply(asked) });
  const tried = await tryOnce('dns', peer, { stepMs: 800 });
  t.match(tried, {
    failure: 'dns_timeout',
    steps: ['✗request'],
    facts: { dns: { udp: 'dns_timeout', tcp: 'NOERROR' } },
  });
  t.equal(tried.facts.proof, undefined);
});

t.test('no server', async (t) => {
  const tried = await tryOnce('dns', { address: '127.0.0.1', port: await closedPort() });
  t.match(tried, {
    failure: 'dns_unreachable',
    steps: ['✗request'],
    facts: { dns: { udp: 'dns_unreachable', tcp: 'dns_unreachable' } },
  });
});

t.test('a redirected query records its destination', async (t) => {
  const peer = await openDnsPeer(t, { udp: (asked) => reply(asked), tcp: (asked) => reply(asked) });
  const system = createSystem([{ host: 'dns.test', port: 53, address: peer.address, toPort: peer.port }]);
  const target = { host: 'dns.test', port: 53 };
  const tried = await tryOnce('dns', { address: '192.0.2.53', port: 53 }, { system, target });
  t.match(tried, { failure: null, facts: { dialled: `${peer.address}:${peer.port}` } });
});

t.test('the end of the run', async (t) => {
  const peer = await openDnsPeer(t, {});
  const controller = new AbortController();
  const trying = tryOnce('dns', peer, { signal: controller.signal });
  setImmediate(() => controller.abort());
  t.match(await trying, { failure: 'deadline_exceeded', steps: ['✗request'] });
  t.match(await tryOnce('dns', peer, { signal: controller.signal }), {
    failure: 'deadline_exceeded',
    steps: { length: 0 },
  });
});

import t from 'tap';
import { createSystem } from '../../../probes/wire/system.ts';
import { queryZone } from '../../../probes/wire/zone.ts';
import { a, RCODES, reply, soa, TYPES } from '../../servers/dns-bytes.ts';
import { type DnsBehaviour, openDnsPeer } from '../../servers/dns-peer.ts';
import type { Owner } from '../../servers/peer.ts';

const SUFFIX = 'blob.core.windows.net';

async function ask(t: Owner, behaviour: DnsBehaviour, stepMs = 5000) {
  const peer = await openDnsPeer(t, behaviour);
  const budget = { stepMs, signal: new AbortController().signal };
  return { peer, answer: await queryZone({ system: createSystem(), server: peer, budget }, SUFFIX) };
}

t.test('the apex answers with its own SOA', async (t) => {
  const { peer, answer } = await ask(t, {
    udp: (asked) => reply(asked, { authoritative: true, answers: [soa(SUFFIX, 'azureprivatedns.net')] }),
  });
  t.same(answer, {
    rcode: 'NOERROR',
    zone: SUFFIX,
    primary: 'azureprivatedns.net',
    authoritative: true,
    limit: null,
  });
  t.equal(peer.asked[0]?.type, TYPES.SOA);
});

t.test('a name within a zone is answered with the SOA of that zone', async (t) => {
  const { answer } = await ask(t, {
    udp: (asked) => reply(asked, { authorities: [soa('core.windows.net', 'ns1-201.azure-dns.com')] }),
  });
  t.match(answer, { zone: 'core.windows.net', primary: 'ns1-201.azure-dns.com', authoritative: false });
});

t.test('a truncated answer is repeated over TCP', async (t) => {
  const { answer } = await ask(t, {
    udp: (asked) => reply(asked, { truncated: true }),
    tcp: (asked) => reply(asked, { answers: [soa(SUFFIX, 'ns1.test')] }),
  });
  t.match(answer, { zone: SUFFIX, primary: 'ns1.test' });
});

t.test('no SOA is not a zone', async (t) => {
  const nothing = { zone: null, primary: null, authoritative: false, limit: null };
  const refused = await ask(t, { udp: (asked) => reply(asked, { rcode: RCODES.REFUSED }) });
  t.same(refused.answer, { rcode: 'REFUSED', ...nothing });
  const odd = await ask(t, { udp: (asked) => reply(asked, { answers: [a(SUFFIX, '192.0.2.1')] }) });
  t.same(odd.answer, { rcode: 'NOERROR', ...nothing });
  const silent = await ask(t, {}, 90);
  t.same(silent.answer, { rcode: 'dns_timeout', ...nothing });
});

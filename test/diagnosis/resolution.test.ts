/** How this system and this network use DNS: servers that are slow, and search lists that change names. */
import t from 'tap';
import type { ControlOf } from '../../src/model/controls.ts';
import {
  diagnoseTargets,
  dnsServer,
  environmentWith,
  OTHER_SERVER,
  reached,
  resolved,
  SERVER,
  unanswered,
  unresolved,
} from './build.ts';

const BOTH = [SERVER, OTHER_SERVER];

/** As many names as times are given, each answered by the first server in that time (null: not at all). */
function names(times: readonly (number | null)[], server = SERVER) {
  return times.map((ms, index) =>
    reached('custom', `n${index}.example`, '20.1.1.1', {
      resolutions: [
        ms === null
          ? unanswered('dns_timeout', { server, ms: 5000 })
          : { ...resolved('20.1.1.1', server), ms },
        resolved('20.1.1.1', server === SERVER ? OTHER_SERVER : SERVER),
      ],
    }),
  );
}

t.test('a slow server is one finding, with what it costs', async (t) => {
  const { single, findings } = diagnoseTargets({
    targets: [dnsServer(SERVER), dnsServer(OTHER_SERVER), ...names([1200, 1900, 2400, 2600, null])],
    environment: environmentWith({ servers: BOTH }),
  });
  t.same(
    findings.map(({ cause }) => cause),
    ['dns-server-slow'],
  );
  t.match(single('dns-server-slow'), {
    severity: 'warning',
    title: 'DNS server 10.0.0.4 takes 2.4 s to answer',
    evidence: ['dns/10.0.0.4:53'],
  });
  t.match(
    single('dns-server-slow').explanation,
    'Over 5 names the median was 2.4 s (from 1.2 s to 5.0 s), and 1 were not',
  );
  t.match(single('dns-server-slow').explanation, 'Every look-up starts there and waits 2.4 s.');
});

t.test('the second server of the list costs only what the first leaves to it', async (t) => {
  const { single } = diagnoseTargets({
    targets: [
      dnsServer(SERVER),
      dnsServer(OTHER_SERVER),
      ...names([1200, 1900, 2400, 2600, 3000], OTHER_SERVER),
    ],
    environment: environmentWith({ servers: BOTH }),
  });
  t.match(single('dns-server-slow').explanation, 'It stands in place 2 of the list');
  const rotating = diagnoseTargets({
    targets: names([1200, 1900, 2400, 2600, 3000], OTHER_SERVER),
    environment: environmentWith({ servers: BOTH, system: { rotate: true } }),
  });
  t.match(
    rotating.single('dns-server-slow').explanation,
    'Every look-up that starts there (options rotate) waits 2.4 s.',
  );
});

t.test('a few slow names, or fast ones, do not make a slow server', async (t) => {
  const environment = environmentWith({ servers: BOTH });
  t.same(diagnoseTargets({ targets: names([2000, 2000, 2000, 2000]), environment }).findings, []);
  t.same(diagnoseTargets({ targets: names([3, 4, 5, 2000, 2000]), environment }).findings, []);
});

t.test('what a dead server costs, by the settings of this system', async (t) => {
  const dead = (system: Parameters<typeof environmentWith>[0]['system'], servers = BOTH) =>
    diagnoseTargets({
      targets: [dnsServer(SERVER, 'dns_timeout'), dnsServer(OTHER_SERVER), ...names([null, null])],
      environment: environmentWith({ servers, ...(system && { system }) }),
    }).single('dns-server-down').explanation;
  t.match(
    dead({}),
    'Every look-up starts there and waits 5 s (time-out of this system) before a server that answers is asked.',
  );
  t.match(dead({ timeoutMs: 2000 }), 'waits 2 s');
  t.match(dead({}, [OTHER_SERVER, SERVER]), 'It stands in place 2 of the list');
});

t.test('two dead servers in front of one that answers cost twice as much', async (t) => {
  const third = '10.0.0.6';
  const servers = [SERVER, OTHER_SERVER, third];
  const resolutions = [
    unanswered('dns_timeout', { server: SERVER }),
    unanswered('dns_timeout', { server: OTHER_SERVER }),
    resolved('20.1.1.1', third),
  ];
  const { single } = diagnoseTargets({
    targets: [reached('sql', 'a.database.windows.net', '20.1.1.1', { resolutions })],
    environment: environmentWith({ servers }),
  });
  t.match(
    single('dns-server-down').explanation,
    'waits 10 s (2 servers of 5 s each) before a server that answers',
  );
});

t.test('a server that only this run asks costs this system nothing', async (t) => {
  const { dns, network } = environmentWith({ servers: BOTH });
  const environment = { network, dns: { ...dns, source: '--dns-server' } };
  const { single } = diagnoseTargets({ targets: names([1200, 1900, 2400, 2600, 3000]), environment });
  t.notMatch(single('dns-server-slow').explanation, 'look-up');
});

t.test('the remedy for a server that answers from another address is not to switch it on', async (t) => {
  const ignored = { wrongId: 0, wrongSource: 3 };
  const resolutions = [unanswered('dns_timeout', { ignored })];
  const { single } = diagnoseTargets({
    targets: [unresolved('sql', 'a.database.windows.net', resolutions)],
    environment: environmentWith({}),
  });
  t.match(single('dns-server-down').explanation, '3 replies came from another address or port than 10.0.0.4');
  t.match(single('dns-server-down').remedy[0], 'The server does reply, from another address');
});

const ANSWER = { server: SERVER, rcode: 'NOERROR', addresses: ['10.9.9.9'], cname: [], authority: [], ms: 2 };

function searching(
  detail: Partial<ControlOf<'dns-search-domain'>['detail']>,
): ControlOf<'dns-search-domain'> {
  return {
    name: 'dns-search-domain',
    outcome: 'anomalous',
    detail: { text: 'tried', wildcards: [], surprises: [], ...detail },
  };
}

t.test('a wildcard in a search domain', async (t) => {
  const { single } = diagnoseTargets({
    targets: [],
    controls: [searching({ wildcards: [{ ...ANSWER, name: 'x00ff.corp.example' }] })],
  });
  t.match(single('dns-search-domain'), {
    severity: 'warning',
    title: 'Any name resolves under the search domain corp.example',
    confirm: 'apim-probe run --only dns',
  });
});

t.test('a server that invents every answer has no wildcard there in particular', async (t) => {
  const invented = { ...ANSWER, name: 'x00ff.blob.core.windows.net' };
  const { findings } = diagnoseTargets({
    targets: [],
    controls: [
      searching({ wildcards: [{ ...ANSWER, name: 'x00ff.corp.example' }] }),
      { name: 'dns-random-name', outcome: 'anomalous', detail: { text: 'asked', answers: [invented] } },
    ],
  });
  t.same(
    findings.map(({ cause }) => cause),
    ['dns-tampered'],
  );
});

t.test('a name that resolves but goes through the search list first', async (t) => {
  const host = 'contoso.azure-api.net';
  const answer = { ...ANSWER, name: `${host}.corp.example` };
  const { single } = diagnoseTargets({
    targets: [reached('custom', host, '20.1.1.1')],
    controls: [searching({ surprises: [{ host, domain: 'corp.example', answer }] })],
  });
  t.match(single('dns-search-domain').title, '1 name means something else here');
});

t.test('a name that only resolves with a suffix', async (t) => {
  const host = 'contoso.azure-api.net';
  const answer = { ...ANSWER, name: `${host}.corp.example` };
  const { single } = diagnoseTargets({
    targets: [],
    controls: [searching({ surprises: [{ host, domain: 'corp.example', answer }] })],
  });
  t.match(single('dns-search-domain'), {
    title: '1 name resolves only with a search domain appended',
    explanation: '10.0.0.4 knows contoso.azure-api.net as contoso.azure-api.net.corp.example (10.9.9.9).',
    confirm: 'apim-probe run',
  });
});

/** The whole story, in a world that ends on loopback. */
import t from 'tap';
import { type AgentParts, runAgent } from '../src/agent.ts';
import { UsageError } from '../src/common/usage-error.ts';
import { diagnose } from '../src/diagnosis/index.ts';
import { Report } from '../src/model/report.ts';
import { CLOUDS } from '../src/model/vocabulary.ts';
import { surveyAndPlan } from '../src/survey-and-plan.ts';
import { machineWith } from './environment/machine.ts';
import { ALL_NAMES } from './plan/places.ts';
import { configured, optionsWith } from './run/options.ts';
import { closedWorld, nameServer, to } from './run/peers.ts';
import { targets } from './run/runs.ts';
import { sendsAndCloses, silent } from './servers/behaviours.ts';
import { type Owner, openPeer } from './servers/peer.ts';

const NEVER = new AbortController().signal;
const QUICK = { timeout: 2000, attempts: 1, region: 'westeurope' } as const;
const RESOLV_CONF = { resolvConf: 'nameserver 10.255.0.1\nnameserver 10.255.0.2\n' };

function roomsWith(t: Parameters<typeof machineWith>[0], changes: Partial<AgentParts> = {}): AgentParts {
  return {
    system: changes.system ?? closedWorld(),
    machine: changes.machine ?? machineWith(t, RESOLV_CONF),
    diagnose: changes.diagnose ?? diagnose,
  };
}

/** A document of the instance metadata service. */
const INSTANCE = JSON.stringify({
  compute: { azEnvironment: 'AzureChinaCloud', location: 'chinanorth3', name: 'vm' },
});

async function metadataPeer(t: Owner) {
  const reply = `HTTP/1.1 200 OK\r\ncontent-length: ${INSTANCE.length}\r\n\r\n${INSTANCE}`;
  return openPeer(t, sendsAndCloses(reply));
}

for (const cloud of CLOUDS) {
  t.test(`${cloud}: nothing is contacted but what the plan lists, and the controls`, async (t) => {
    const addresses = new Map<string, string>();
    const names = await nameServer(t, (name) => {
      // A random name must not resolve; every other one is a place of its own.
      if (/^x[0-9a-f]{16}\./.test(name)) return { rcode: 'NXDOMAIN' };
      const known = addresses.get(name) ?? `20.9.${addresses.size >> 8}.${addresses.size & 255}`;
      addresses.set(name, known);
      return { addresses: [known] };
    });
    const redirections = ['10.255.0.1', '10.255.0.2', '168.63.129.16'].map((host) => to(names, host, 53));
    const system = closedWorld(redirections);
    const options = optionsWith({ ...QUICK, ...ALL_NAMES, cloud });
    const used = roomsWith(t, { system });
    const report = await runAgent(configured(options), { signal: NEVER }, used);
    Report.parse(report);
    const { plan } = await surveyAndPlan(options, roomsWith(t));
    const planned = new Set(
      plan.targets
        .filter(({ testable }) => testable)
        .map(({ host, port }) => `${host} ${addresses.get(host) ?? host}:${port}`),
    );
    const controls = [
      '169.254.169.254 169.254.169.254:80',
      '168.63.129.16 168.63.129.16:53',
      '192.0.2.1 192.0.2.1:443',
    ];
    t.same([...system.wanted].filter((way) => !planned.has(way)).toSorted(), controls.toSorted());
    t.same(
      [...planned].filter((way) => !system.wanted.has(way)),
      [],
      'and all of it is contacted',
    );
    const asked = new Set(names.questions.map((question) => question.split(' ')[1] ?? ''));
    const strangers = [...asked].filter(
      (name) =>
        !plan.targets.some(({ host }) => host === name) &&
        !plan.suffixes.some((suffix) => name.replace(/^x[0-9a-f]{16}\./, '') === suffix),
    );
    t.same(strangers, [], 'and no other name is asked for');
    t.same(
      report.targets.map(({ id }) => id),
      plan.targets.filter(({ kind }) => kind === 'endpoint').map(({ id }) => id),
      'each endpoint once',
    );
  });
}

t.test('a plan sends nothing when cloud and region are given', async (t) => {
  const system = closedWorld();
  const options = optionsWith({ cloud: 'public', region: 'westeurope' });
  const { plan, environment } = await surveyAndPlan(options, roomsWith(t, { system }));
  t.equal(system.opened(), 0);
  t.ok(plan.targets.length > 80);
  t.same(environment.dns.servers, ['10.255.0.1', '10.255.0.2']);
});

t.test('else it asks only the metadata service', async (t) => {
  const peer = await metadataPeer(t);
  for (const given of [{}, { cloud: 'china' }, { region: 'chinanorth3' }] as const) {
    const system = closedWorld([to(peer, '169.254.169.254', 80)]);
    const { environment } = await surveyAndPlan(optionsWith(given), roomsWith(t, { system }));
    t.equal(system.opened(), 1);
    t.same([environment.cloud, environment.region], ['china', 'chinanorth3']);
  }
});

t.test('a run uses the data of the metadata service', async (t) => {
  const peer = await metadataPeer(t);
  const system = closedWorld([to(peer, '169.254.169.254', 80)]);
  const options = optionsWith({ ...QUICK, region: null, only: ['entra-id'] });
  const report = await runAgent(configured(options), { signal: NEVER }, roomsWith(t, { system }));
  t.equal(report.environment.cloud, 'china');
  t.ok(report.targets.some(({ host }) => host === 'login.chinacloudapi.cn'));
  t.match(report.controls[0], { name: 'metadata', outcome: 'expected' });
});

t.test('with cloud and region given, it does not wait for the metadata service', async (t) => {
  const reply = `HTTP/1.1 200 OK\r\ncontent-length: ${INSTANCE.length}\r\n\r\n${INSTANCE}`;
  const dialled = Promise.withResolvers<void>();
  const metadata = await openPeer(t, (socket) => {
    socket.once('data', () => dialled.promise.then(() => socket.end(reply)));
  });
  const peer = await openPeer(t, () => dialled.resolve());
  const system = closedWorld([to(metadata, '169.254.169.254', 80), to(peer, '10.0.0.1', 80)]);
  const options = optionsWith({
    ...QUICK,
    cloud: 'public',
    only: ['custom'],
    target: targets('tcp://10.0.0.1:80'),
  });
  const report = await runAgent(configured(options), { signal: NEVER }, roomsWith(t, { system }));
  t.match(report.environment, { cloud: 'public', region: 'westeurope', vm: { name: 'vm' } });
  t.match(report.environment.notes, [
    /the metadata service names the china cloud; --cloud public is followed/,
  ]);
  t.match(report.controls[0], { name: 'metadata', outcome: 'expected' });
});

t.test('a subnet that cannot hold the instance blocks, whatever else was found', async (t) => {
  const options = optionsWith({
    ...QUICK,
    cloud: 'public',
    subnet: '10.0.1.0/29',
    units: 2,
    only: ['sql'],
  });
  const report = await runAgent(configured(options), { signal: NEVER }, roomsWith(t));
  Report.parse(report);
  t.equal(report.verdict, 'blocked');
  t.equal(report.summary.required.unreachable, 0, 'nothing else blocks');
  t.match(report.findings[0], { cause: 'subnet-too-small', severity: 'error', evidence: { length: 0 } });
  t.match(report.environment.network.subnetCapacity, { units: 2, unitsWithoutVm: 1, vmInside: false });
});

t.test('the controls of a report come in one order', async (t) => {
  const report = await runAgent(
    configured(
      optionsWith({ ...QUICK, cloud: 'public', target: targets('tcp://a.example:80'), only: ['custom'] }),
    ),
    { signal: NEVER },
    roomsWith(t),
  );
  t.same(
    report.controls.map(({ name }) => name),
    ['metadata', 'dns-random-name', 'tcp-reserved-address', 'azure-dns', 'dns-zone-authority', 'clock'],
  );
});

t.test('the phases are reported in order', async (t) => {
  const phases: string[] = [];
  await runAgent(
    configured(optionsWith({ ...QUICK, only: ['sql'] })),
    { signal: NEVER, progress: (event) => void (event.kind === 'phase' && phases.push(event.name)) },
    roomsWith(t),
  );
  t.same(phases, ['survey', 'probe', 'controls', 'diagnose']);
});

t.test('a resource of another cloud is a usage error', async (t) => {
  const options = optionsWith({ ...QUICK, cloud: 'china', sql: ['a.database.windows.net'] });
  await t.rejects(runAgent(configured(options), { signal: NEVER }, roomsWith(t)), UsageError);
});

t.test('a deadline ends the run with a report', async (t) => {
  const mute = await openPeer(t, silent);
  const system = closedWorld([to(mute, null, 80), to(mute, null, 443)]);
  const options = optionsWith({
    ...QUICK,
    timeout: 60_000,
    deadline: 400,
    target: targets('tls://10.0.0.1:443', 'tcp://10.0.0.2:81'),
  });
  const started = performance.now();
  const report = await runAgent(configured(options), { signal: NEVER }, roomsWith(t, { system }));
  t.ok(performance.now() - started < 10_000);
  Report.parse(report);
  t.equal(report.interrupted, 'deadline');
  t.match(report.controls[0], { name: 'metadata', outcome: 'unknown' }, 'the survey was cut as well');
  t.ok(report.targets.every(({ status }) => status === 'untested'));
  t.equal(report.verdict, 'inconclusive');
  t.ok(report.durationMs >= 390 && report.durationMs < 10_000);
});

for (const reason of ['SIGINT', 'SIGTERM', 'defect'] as const) {
  t.test(`${reason} ends the run with a report`, async (t) => {
    const controller = new AbortController();
    const mute = await openPeer(t, (socket) => void socket.once('data', () => controller.abort(reason)));
    const system = closedWorld([to(mute, '10.0.0.1', 443)]);
    const options = optionsWith({
      ...QUICK,
      timeout: 60_000,
      cloud: 'public',
      target: targets('tls://10.0.0.1:443'),
    });
    const report = await runAgent(
      configured(options),
      { signal: controller.signal },
      roomsWith(t, { system }),
    );
    Report.parse(report);
    t.equal(report.interrupted, reason);
    t.match(report.targets.at(-1), {
      failure: 'deadline_exceeded',
      attempts: [{ facts: { proof: 'connect' } }],
    });
  });
}

t.test('an uncaught error ends the run, and is named', async (t) => {
  const signal = AbortSignal.abort(new RangeError('uncaught in a test'));
  const report = await runAgent(
    configured(optionsWith({ ...QUICK, cloud: 'public' })),
    { signal },
    roomsWith(t),
  );
  Report.parse(report);
  t.equal(report.interrupted, 'defect');
  t.match(report.environment.notes[0], /put an end to the run: RangeError: uncaught in a test/);
});

t.test('a rule that breaks costs the findings, not the evidence', async (t) => {
  const breaking = () => {
    throw new TypeError('undefined is not a cause');
  };
  const report = await runAgent(
    configured(
      optionsWith({ ...QUICK, cloud: 'public', only: ['custom'], target: targets('tcp://10.0.0.1:80') }),
    ),
    { signal: NEVER },
    roomsWith(t, { diagnose: breaking }),
  );
  Report.parse(report);
  t.equal(report.interrupted, 'defect');
  t.same(report.findings, []);
  t.match(report.targets.at(-1), { status: 'unreachable', failure: 'tcp_refused', attempts: [{}] });
  t.match(report.environment.notes, [/put an end to the diagnosis: TypeError: undefined is not a cause/]);
});

t.test('a probe that breaks costs its target', async (t) => {
  const world = closedWorld();
  const system = {
    ...world,
    route: (host: string, address: string, port: number) => {
      if (port === 81) throw new TypeError('no way');
      return world.route(host, address, port);
    },
  };
  const options = optionsWith({
    ...QUICK,
    cloud: 'public',
    only: ['custom'],
    target: targets('tcp://10.0.0.1:80', 'tcp://10.0.0.1:81'),
  });
  const report = await runAgent(configured(options), { signal: NEVER }, roomsWith(t, { system }));
  t.equal(report.interrupted, 'defect');
  t.match(report.targets.slice(-2), [
    { status: 'unreachable', failure: 'tcp_refused' },
    { status: 'untested', failure: 'unexpected' },
  ]);
  t.match(report.environment.notes, [/TypeError: no way/]);
});

t.test('the notes of the survey and the planner are in the report', async (t) => {
  const options = optionsWith({
    ...QUICK,
    cloud: 'public',
    only: ['custom'],
    target: targets('tcp://10.0.0.1:80', 'tls://10.0.0.1:80'),
  });
  const machine = machineWith(t, { resolvConf: 'nameserver 10.255.0.1\nbogus\n' });
  const report = await runAgent(configured(options), { signal: NEVER }, roomsWith(t, { machine }));
  t.match(report.environment.notes, [
    /resolv\.conf:2 is ignored by this system: it is not a valid/,
    /custom\/10\.0\.0\.1:80 is asked for more than once/,
  ]);
});

t.test('the report holds its options, its labels and its scope', async (t) => {
  const options = optionsWith({
    ...QUICK,
    only: ['sql'],
    label: [
      { key: 'team', value: 'net' },
      { key: 'env', value: 'prod' },
    ],
  });
  const report = await runAgent(configured(options), { signal: NEVER }, roomsWith(t));
  Report.parse(report);
  t.strictSame(Object.entries(report.labels), [
    ['env', 'prod'],
    ['team', 'net'],
  ]);
  t.strictSame(report.scope, { groups: ['sql'], narrowedBy: ['--only sql'], whole: false });
  t.match(report.options, {
    timeout: { value: 2000, from: 'default' },
    label: { value: ['team=net', 'env=prod'] },
  });
});

t.test('a clock that is set back in the middle does not make the run shorter', async (t) => {
  const world = closedWorld();
  let now = Date.parse('2026-05-04T10:00:00.000Z');
  const backwards = (): number => {
    now -= 60_000;
    return now;
  };
  const system = { ...world, now: backwards };
  const options = optionsWith({
    ...QUICK,
    cloud: 'public',
    only: ['custom'],
    target: targets('tcp://10.0.0.1:80'),
  });
  const report = await runAgent(configured(options), { signal: NEVER }, roomsWith(t, { system }));
  t.equal(Date.parse(report.finishedAt) - Date.parse(report.startedAt), report.durationMs);
  t.ok(report.durationMs < 10_000);
});

import { findingsOf } from './judge.ts';
import { AZURE_DNS } from './names.ts';
import { METADATA_ADDRESS } from './replies.ts';
import { ARGUMENTS, QUICK, type Scene, scene } from './scene.ts';
import { NAMES, PLACES } from './services.ts';

const body: Scene = async (t, subnet) => {
  await t.test('is ready, and only what the plan names is contacted', async (t) => {
    await using witness = await subnet.witness();
    const outcome = await subnet.vm.probe(ARGUMENTS);
    t.equal(outcome.code, 0, 'exit code 0', { stderr: outcome.stderr });
    t.equal(outcome.report.verdict, 'ready', 'verdict', { stderr: outcome.stderr });
    const counts = outcome.report.summary.required;
    t.equal(counts.reachable, counts.total, 'every required endpoint is reached');
    const missed = outcome.report.targets.filter(({ status }) => status === 'unreachable');
    t.strictSame(missed, [], 'and every optional one');
    t.strictSame(
      outcome.report.findings.filter(({ severity }) => severity !== 'info'),
      [],
    );
    t.match(outcome.report.environment, {
      cloud: 'public',
      region: 'westeurope',
      vm: { name: 'system-test' },
      network: { subnet: '10.1.0.0/27' },
      dns: { servers: [AZURE_DNS], searchDomains: ['ax.internal.cloudapp.net'] },
    });
    t.strictSame(
      outcome.report.controls.filter((control) => control.outcome !== 'expected'),
      [],
      'the controls agree',
    );

    const plan = await subnet.vm.plan(ARGUMENTS, PLACES.public);
    const allowed = new Set([`${AZURE_DNS} udp 53`, `${AZURE_DNS} tcp 53`]);
    for (const { host, port, testable, transport, group } of plan) {
      if (testable && group !== 'dns') allowed.add(`${subnet.addressOf(host)} ${transport} ${port}`);
    }
    for (const control of [`${METADATA_ADDRESS} tcp 80`, '192.0.2.1 tcp 443']) allowed.add(control);
    const seen = await witness.seen();
    t.strictSame(
      seen.filter((flow) => !allowed.has(flow)),
      [],
      'nothing else was sent',
    );
    t.ok(seen.length > 50, 'and the witness saw the run', { seen: seen.length });
  });

  await t.test('is ready with any proxy variables', async (t) => {
    const proxy = 'http://10.1.0.30:3128';
    const environment = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy };
    const outcome = await subnet.vm.probe(QUICK, { environment });
    t.equal(outcome.code, 0, 'exit code 0', { stderr: outcome.stderr });
    t.equal(outcome.report.verdict, 'ready', 'verdict', { stderr: outcome.stderr });
    t.ok(outcome.report.environment.proxies.length > 0, 'which the report names');
  });

  await t.test('is inconclusive when no resource is named', async (t) => {
    const outcome = await subnet.vm.probe(['--timeout', '2500']);
    t.equal(outcome.code, 3, 'exit code 3', { stderr: outcome.stderr });
    t.equal(outcome.report.verdict, 'inconclusive', 'verdict', { stderr: outcome.stderr });
  });

  await t.test('is blocked by a subnet that is too small, and notes one that the VM fills', async (t) => {
    const small = ['--subnet', '10.1.0.0/29', '--timeout', '1500'];
    const alone = await subnet.vm.probe([...ARGUMENTS, ...small]);
    t.equal(alone.report.verdict, 'ready', 'a /29 holds one unit', { stderr: alone.stderr });
    t.match(
      findingsOf(alone, 'subnet-too-small'),
      [{ severity: 'info', owner: 'vm' }],
      'but not beside this VM',
    );
    const two = await subnet.vm.probe([...ARGUMENTS, ...small, '--units', '2']);
    t.equal(two.code, 1, 'exit code 1', { stderr: two.stderr });
    t.equal(two.report.verdict, 'blocked', 'whatever was reached');
    t.match(findingsOf(two, 'subnet-too-small'), [{ severity: 'error' }]);
    t.match(two.stderr, 'BLOCKED: 1 error; the subnet cannot hold the instance');
  });

  await t.test('plan sends nothing when it knows where it is', async (t) => {
    await using witness = await subnet.witness();
    t.ok((await subnet.vm.plan(ARGUMENTS, PLACES.public)).length > 50);
    t.strictSame(await witness.seen(), []);
  });

  await t.test('is ready after the deployment', async (t) => {
    const outcome = await subnet.vm.probe([...QUICK, '--apim', NAMES.apim]);
    t.equal(outcome.code, 0, 'exit code 0', { stderr: outcome.stderr });
    t.equal(outcome.report.verdict, 'ready', 'verdict', { stderr: outcome.stderr });
    const gateway = outcome.report.targets.filter(
      ({ group }) => group === 'gateway' || group === 'control-plane',
    );
    t.ok(gateway.length > 1, 'the gateway and the control plane are tested');
    t.strictSame(
      gateway.filter(({ status }) => status !== 'reachable'),
      [],
      'and reached',
    );
  });
};

// The instance is there all the time, and named by one run.
await scene('a healthy network', [], body, { args: [...ARGUMENTS, '--apim', NAMES.apim], whole: true });

for (const place of [PLACES.government, PLACES.china]) {
  await scene(
    `a healthy network in the ${place.cloud} cloud`,
    [],
    async (t, subnet) => {
      const outcome = await subnet.vm.probe(QUICK);
      t.equal(outcome.code, 0, 'exit code 0', { stderr: outcome.stderr });
      t.equal(outcome.report.verdict, 'ready', 'verdict', { stderr: outcome.stderr });
      const { cloud, region } = outcome.report.environment;
      t.strictSame(
        { cloud, region },
        { cloud: place.cloud, region: place.region },
        'known from the metadata',
      );
    },
    { place, whole: true },
  );
}

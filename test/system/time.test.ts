import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLEAN_ENVIRONMENT } from './processes.ts';
import { type Scene, scene } from './scene.ts';

/** An address without a host that the network still routes. */
const TIME_SERVER = '20.33.200.123';
const UNUSED = '20.33.200.124';
const TARGETS = ['--only', 'custom', '--target', `ntp://${TIME_SERVER}`, '--target', `icmp://${TIME_SERVER}`];

const body: Scene = async (t, subnet) => {
  const folder = join(subnet.folder, 'chrony');
  await mkdir(folder);
  const configuration = join(folder, 'chrony.conf');
  const files = [`pidfile ${folder}/pid`, `bindcmdaddress ${folder}/socket`, 'cmdport 0'];
  const service = ['local stratum 5', 'allow', `bindaddress ${TIME_SERVER}`, 'user root'];
  await writeFile(configuration, [...service, ...files, ''].join('\n'));
  // -x: the machines share the clock, which must not be set.
  await using server = subnet.azure.serve(['chronyd', '-x', '-d', '-f', configuration]);
  await server.until(async () => (await subnet.azure.run('ss', '-lnuH')).includes(`${TIME_SERVER}:123`));

  await t.test('are reached', async (t) => {
    const { report, stderr } = await subnet.vm.probe(TARGETS);
    const byProtocol = Object.fromEntries(report.targets.map((target) => [target.protocol, target]));
    t.match(byProtocol['ntp'], { status: /^reachable$/ }, 'chrony', { stderr });
    t.match(byProtocol['ntp']?.attempts[0]?.facts, {
      proof: 'reply',
      ntp: { stratum: 5, synchronised: true, kiss: null },
    });
    t.ok(Math.abs(byProtocol['ntp']?.attempts[0]?.facts.ntp?.offsetMs ?? Number.NaN) < 1000, 'one clock');
    t.match(byProtocol['icmp'], { status: /^reachable$/ }, 'and an echo', { stderr });
    t.ok((byProtocol['icmp']?.attempts[0]?.facts.icmp?.rttMs ?? -1) >= 0);
    const clock = report.controls.find(({ name }) => name === 'clock');
    t.match(clock, { outcome: 'expected', detail: { samples: [{ peer: `custom/${TIME_SERVER}:123` }] } });
  });

  await t.test('the echo as BusyBox prints it', async (t) => {
    const programs = join(folder, 'bin');
    await mkdir(programs);
    await symlink('/usr/bin/busybox', join(programs, 'ping'));
    const environment = { PATH: `${programs}:${CLEAN_ENVIRONMENT.PATH}` };
    const { report, stderr } = await subnet.vm.probe(TARGETS, { environment });
    const ping = report.targets.find(({ protocol }) => protocol === 'icmp');
    t.match(ping, { status: /^reachable$/ }, 'an echo', { stderr });
    t.ok((ping?.attempts[0]?.facts.icmp?.rttMs ?? -1) >= 0);
  });

  await t.test('are missed where the network drops them', async (t) => {
    await using _ = await subnet.fault(`ip daddr ${TIME_SERVER} drop`);
    const { report } = await subnet.vm.probe([...TARGETS, '--timeout', '700', '--attempts', '1']);
    const failures = report.targets.flatMap(({ protocol, failure, group }) =>
      group === 'custom' ? [[protocol, failure]] : [],
    );
    t.same(failures.toSorted(), [
      ['icmp', 'protocol_timeout'],
      ['ntp', 'udp_timeout'],
    ]);
    t.ok(
      report.findings.every(({ evidence }) => !evidence.includes(`custom/${TIME_SERVER}:0`)),
      'and nothing is made of the ping',
    );
  });

  await t.test('a port on which no time server listens', async (t) => {
    const { report } = await subnet.vm.probe(['--only', 'custom', '--target', `ntp://${UNUSED}`]);
    t.match(
      report.targets.find(({ host }) => host === UNUSED),
      {
        status: 'unreachable',
        failure: 'udp_refused',
        cause: 'outbound-rejected',
      },
    );
  });

  await t.test('a time server without a source of its own', async (t) => {
    const unset = join(subnet.folder, 'unset');
    await mkdir(unset);
    const file = join(unset, 'chrony.conf');
    const settings = ['allow', `bindaddress ${UNUSED}`, 'user root', `pidfile ${unset}/pid`, 'cmdport 0'];
    await writeFile(file, [...settings, `bindcmdaddress ${unset}/socket`, ''].join('\n'));
    await using unsynchronised = subnet.azure.serve(['chronyd', '-x', '-d', '-f', file]);
    await unsynchronised.until(async () => (await subnet.azure.run('ss', '-lnuH')).includes(`${UNUSED}:123`));
    const { report, stderr } = await subnet.vm.probe(['--only', 'custom', '--target', `ntp://${UNUSED}`]);
    t.match(
      report.targets.find(({ host }) => host === UNUSED),
      { status: 'unreachable', failure: 'protocol_refused', cause: 'service-refused' },
      'it is up, and has no time',
      { stderr },
    );
    const finding = report.findings.find(({ cause }) => cause === 'service-refused');
    t.match(finding, { title: /refuses for now, with stratum (?:0|16)$/, remedy: [/no valid time itself/] });
  });
};

await scene('a time server and a ping', ['busybox', 'chronyd', 'ping'], body, { args: ['--only', 'dns'] });

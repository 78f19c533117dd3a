import { AZURE_DNS } from '../../model/azure.ts';
import type { Finding, Observations, Target } from '../../model/report.ts';
import { hostsFileCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { nameable, type Rule, type Scene } from '../rule.ts';
import { azureAnswer, azureKind, kindOf, resolves } from '../servers.ts';
import { count, list } from '../text.ts';

interface Override {
  readonly host: string;
  readonly addresses: readonly string[];
  readonly targets: readonly Target[];
}

/** Hosts file entries that contradict DNS: one finding for overrides, one for tests of a gateway. */
export const hostsFileOverride: Rule = (scene) => {
  const { observations } = scene;
  const overrides = observations.environment.dns.hostsFile.overrides.flatMap((entry): Override[] => {
    const targets = scene.targets.filter(
      (target) => target.host.toLowerCase() === entry.host && target.addressesFrom === 'hosts-file',
    );
    const agreed = addressesInDns(targets, observations).some((address) => entry.addresses.includes(address));
    return targets.length === 0 || agreed || !isAnswered(targets, observations)
      ? []
      : [{ ...entry, targets }];
  });
  const [tests, others] = [overrides.filter(isTest), overrides.filter((one) => !isTest(one))];
  return [
    ...(others.length > 0 ? [overrideFinding(scene, others, {})] : []),
    ...(tests.length > 0 ? [overrideFinding(scene, tests, { severity: 'info' })] : []),
  ];

  /** Whether the entry is the documented way to test a gateway that has no DNS record yet. */
  function isTest({ addresses, targets }: Override): boolean {
    const { vip } = observations.environment.network;
    const own = targets.every(({ group }) => group === 'gateway' || group === 'control-plane');
    return own && vip !== null && addresses.every((address) => address === vip);
  }
};

/** Whether DNS answered for the name; otherwise the entry contradicts no server. */
function isAnswered(targets: readonly Target[], observations: Observations): boolean {
  const kinds = targets.flatMap(({ host, resolutions }) => [
    ...resolutions.map(kindOf),
    azureKind(observations, host),
  ]);
  return kinds.some((kind) => kind === 'absent' || resolves(kind));
}

/** The addresses from all DNS servers and from Azure DNS. */
function addressesInDns(targets: readonly Target[], observations: Observations): readonly string[] {
  return targets.flatMap(({ host, resolutions }) => [
    ...resolutions.flatMap(({ addresses }) => addresses),
    ...(azureAnswer(observations, host)?.addresses ?? []),
  ]);
}

function overrideFinding(
  scene: Scene,
  overrides: readonly Override[],
  { severity }: Pick<Finding, 'severity'> | { severity?: undefined },
): Finding {
  const { observations } = scene;
  const { path } = observations.environment.dns.hostsFile;
  const [first] = overrides;
  const targets = overrides.flatMap((one) => one.targets);
  return createFinding('hosts-file-override', {
    ...(severity && { severity }),
    title:
      overrides.length === 1
        ? `The hosts file decides where ${first?.host} is, not DNS`
        : `The hosts file decides where ${count(overrides.length, 'name')} are, not DNS`,
    explanation: `${overrides
      .slice(0, 3)
      .map((one) => describeOverride(one, path, observations))
      .join(' ')} What was seen there holds for this VM alone.`,
    // A test of the gateway is intended, so it explains no failure.
    targets:
      severity === 'info' ? targets.filter(({ status }) => status === 'reachable') : nameable(scene, targets),
    confirm: hostsFileCommand(
      observations,
      path,
      overrides.map(({ host }) => host),
    ),
  });
}

function describeOverride(
  { host, addresses, targets }: Override,
  path: string,
  observations: Observations,
): string {
  const resolutions = targets[0]?.resolutions ?? [];
  const answers = resolutions.map((one) => {
    const answer = resolves(kindOf(one)) ? list(one.addresses, 2) : one.rcode;
    return `${one.server} answers ${answer}`;
  });
  const azure = azureAnswer(observations, host);
  const direct = azure === null ? [] : [`${AZURE_DNS} answers ${list(azure.addresses, 2) || azure.rcode}`];
  const dns = list([...answers, ...direct], 4);
  return `${path} gives ${host} the address ${list(addresses, 2)}; ${dns === '' ? 'no DNS server was asked' : dns}.`;
}

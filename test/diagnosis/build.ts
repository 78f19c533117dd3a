/** Observations for the diagnosis, checked against the report's schema; their parts are those of the sample reports. */
import type { Facts } from '../../probes/facts.ts';
import type { Failure } from '../../probes/failures.ts';
import { diagnose } from '../../src/diagnosis/index.ts';
import type { Control } from '../../src/model/controls.ts';
import {
  type Attempt,
  type Environment,
  type Finding,
  type Observations,
  Report,
  type Resolution,
  type Target,
} from '../../src/model/report.ts';
import type { Cause, Group } from '../../src/model/vocabulary.ts';
import { addressOf, attempt, resolved, SERVER, target as sample } from '../report/samples.ts';

export { addressOf, attempt, certificate, resolved, SERVER, tls, unanswered } from '../report/samples.ts';

export const OTHER_SERVER = '10.0.0.5';
const SOURCE = { kind: 'catalog', document: 'Port table', asOf: '2026-04-30', name: null } as const;

export function observations(parts: {
  targets: readonly Target[];
  controls?: readonly Control[];
  servers?: readonly string[];
  environment?: Partial<Environment>;
}): Observations {
  const { network, dns } = environmentWith(parts.servers === undefined ? {} : { servers: parts.servers });
  const environment: Environment = {
    cloud: 'public',
    region: 'westeurope',
    vm: null,
    network,
    dns: { ...dns, system: null },
    proxies: [],
    clockOffsetMs: null,
    privileged: false,
    notes: [],
    ...parts.environment,
  };
  return {
    environment: Report.shape.environment.parse(environment),
    controls: (parts.controls ?? []).map((control) => Report.shape.controls.element.parse(control)),
    targets: parts.targets.map((target) => Report.shape.targets.element.parse(target)),
  };
}

/** Diagnoses and checks the outcome against the report's schema. */
export function diagnoseTargets(parts: Parameters<typeof observations>[0]): {
  targets: readonly Target[];
  findings: readonly Finding[];
  causes: Record<string, Cause | null>;
  single: (cause: Cause) => Finding;
} {
  const { targets, findings } = diagnose(observations(parts));
  for (const target of targets) Report.shape.targets.element.parse(target);
  for (const finding of findings) Report.shape.findings.element.parse(finding);
  return {
    targets,
    findings,
    causes: Object.fromEntries(targets.map(({ id, cause }) => [id, cause])),
    single: (cause) => {
      const found = findings.filter((finding) => finding.cause === cause);
      if (found[0] === undefined || found.length > 1) {
        throw new Error(
          `${found.length} findings of ${cause} among ${findings.map((one) => one.cause).join(', ')}`,
        );
      }
      return found[0];
    },
  };
}

type Given = Partial<Omit<Target, 'id' | 'group'>>;

/** A reachable target, with some parts replaced. */
export function target(group: Group, host: string, given: Given = {}): Target {
  return sample(group, host, given.port ?? 443, {
    source: SOURCE,
    addresses: [],
    addressesFrom: null,
    latency: { connectMs: null, totalMs: null },
    ...given,
    attempts: given.attempts ?? attemptsFor(given),
  });
}

/** The attempts of a target, from which its status is judged. */
function attemptsFor({ status = 'reachable', failure, addresses = [] }: Given): Attempt[] {
  const [{ address } = { address: '20.9.9.9' }] = addresses;
  if (status === 'reachable') return [attempt(address, null)];
  return status === 'intermittent'
    ? [attempt(address, failure ?? 'tcp_timeout'), attempt(address, null)]
    : [];
}

/** Reached at this address with its own certificate. */
export function reached(group: Group, host: string, address: string, given: Given = {}): Target {
  return target(group, host, {
    addresses: [addressOf(address)],
    resolutions: [resolved(address)],
    attempts: [attempt(address, null, { proof: 'certificate' })],
    ...given,
  });
}

/** Failed at this address, three times, with the same failure. */
export function failed(
  group: Group,
  host: string,
  address: string,
  failure: Failure,
  given: Given & { facts?: Facts } = {},
): Target {
  const { facts, ...rest } = given;
  return target(group, host, {
    status: 'unreachable',
    failure,
    addresses: [addressOf(address)],
    resolutions: [resolved(address)],
    attempts: [1, 2, 3].map(() => attempt(address, failure, facts)),
    ...rest,
  });
}

/** Not dialled, because these servers gave no address for its name. */
export function unresolved(
  group: Group,
  host: string,
  resolutions: readonly Resolution[],
  given: Given = {},
): Target {
  return target(group, host, {
    status: 'unreachable',
    failure: resolutions.at(-1)?.failure ?? 'dns_timeout',
    resolutions: [...resolutions],
    ...given,
  });
}

/** An attempt at `--vip` without DNS. */
export function atVip(address: string, failure: Failure | null, facts: Facts = {}): Attempt {
  return { ...attempt(address, failure, facts), addressFrom: 'vip' };
}

/** The network and DNS of an environment, with changes. */
export function environmentWith(changes: {
  readonly vip?: string;
  readonly subnet?: string | null;
  readonly servers?: readonly string[];
  readonly system?: Partial<NonNullable<Environment['dns']['system']>>;
  readonly overrides?: Environment['dns']['hostsFile']['overrides'];
  readonly capacity?: Environment['network']['subnetCapacity'];
}): Pick<Environment, 'network' | 'dns'> {
  const { vip = null, subnet = '10.1.0.0/27', servers = [SERVER], overrides = [], capacity = null } = changes;
  const usual = { order: ['files', 'dns'], timeoutMs: 5000, attempts: 2, ndots: 1, rotate: false };
  return {
    network: { interfaces: [], subnet, subnetCapacity: capacity, vip },
    dns: {
      servers: [...servers],
      source: '/etc/resolv.conf',
      searchDomains: [],
      system: { ...usual, ...changes.system },
      hostsFile: { path: '/etc/hosts', entries: overrides.length, overrides },
    },
  };
}

/** A configured DNS server as a target. */
export function dnsServer(address: string, failure: Failure | null = null): Target {
  const given: Given = { port: 53, protocol: 'dns', required: true, addresses: [addressOf(address)] };
  return failure === null
    ? target('dns', address, { ...given, attempts: [attempt(address, null, { proof: 'reply' })] })
    : target('dns', address, {
        ...given,
        status: 'unreachable',
        failure,
        attempts: [attempt(address, failure, { dns: { udp: failure, tcp: failure } })],
      });
}

export function reservedAddress(connected: boolean): Control {
  return {
    name: 'tcp-reserved-address',
    outcome: connected ? 'anomalous' : 'expected',
    detail: {
      text: 'tried',
      address: '192.0.2.1:443',
      connected,
      failure: connected ? null : 'tcp_timeout',
    },
  };
}

export function otherName(of: Target, wentFurther: boolean, serverName: string | null = null): Control {
  return {
    name: 'tls-other-name',
    outcome: wentFurther ? 'anomalous' : 'unknown',
    detail: {
      text: 'tried',
      target: of.id,
      address: of.attempts[0]?.address ?? '20.0.0.1',
      serverName,
      wentFurther,
      failure: wentFurther ? null : 'tls_reset',
    },
  };
}

export function clock(offsetMs: number | null, peers: readonly string[] = []): Control {
  return {
    name: 'clock',
    outcome: offsetMs === null ? 'unknown' : Math.abs(offsetMs) > 300_000 ? 'anomalous' : 'expected',
    detail: { text: 'compared', offsetMs, samples: peers.map((peer) => ({ peer, offsetMs: offsetMs ?? 0 })) },
  };
}

export function azureDns(answers: Readonly<Record<string, string>>): Control {
  return {
    name: 'azure-dns',
    outcome: 'expected',
    detail: {
      text: 'asked',
      server: '168.63.129.16',
      tcp: 'NOERROR',
      answers: Object.entries(answers).map(([name, answer]) => ({
        server: '168.63.129.16',
        name,
        rcode: /^[0-9.]+$/.test(answer) ? 'NOERROR' : answer,
        addresses: /^[0-9.]+$/.test(answer) ? [answer] : [],
        cname: [],
        authority: [],
        ms: 2,
      })),
    },
  };
}

export function randomName(...addresses: readonly string[]): Control {
  const name = 'x7f3q9.blob.core.windows.net';
  return {
    name: 'dns-random-name',
    outcome: addresses.length > 0 ? 'anomalous' : 'expected',
    detail: {
      text: 'asked',
      answers:
        addresses.length > 0
          ? [
              {
                server: SERVER,
                name,
                rcode: 'NOERROR',
                addresses: [...addresses],
                cname: [],
                authority: [],
                ms: 2,
              },
            ]
          : [],
    },
  };
}

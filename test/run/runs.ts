/** Runs against peers: a fixed survey, a plan of the given targets, and a system that reaches only loopback. */
import type { Redirection } from '../../probes/wire/system.ts';
import { nameDnsServer } from '../../src/common/host-port.ts';
import type { Options } from '../../src/config/types.ts';
import { diagnose } from '../../src/diagnosis/index.ts';
import { DEFAULT_SOURCES } from '../../src/environment/nsswitch.ts';
import type { Survey } from '../../src/environment/types.ts';
import type { Control } from '../../src/model/controls.ts';
import { type Finding, Report, type Target } from '../../src/model/report.ts';
import { makePlan } from '../../src/plan/plan.ts';
import type { Plan } from '../../src/plan/types.ts';
import { type Observed, observe } from '../../src/run/run.ts';
import { optionsWith } from './options.ts';
import { type ClosedWorld, closedWorld, to } from './peers.ts';

/** One attempt, with enough time for loopback on a busy machine. */
const QUICK = { timeout: 5000, attempts: 1, cloud: 'public', region: 'westeurope' } as const;

/** For tests that wait for a timeout. */
export const IMPATIENT = { timeout: 700 } as const;

export function surveyWith(changes: Partial<Survey> = {}): Survey {
  const servers = changes.servers ?? [];
  return {
    environment: {
      cloud: 'public',
      region: 'westeurope',
      vm: null,
      network: { interfaces: [], subnet: null, subnetCapacity: null, vip: null },
      dns: {
        servers: servers.map(nameDnsServer),
        source: 'the test',
        searchDomains: [],
        system: null,
        hostsFile: { path: '/etc/hosts', entries: 0, overrides: [] },
      },
      proxies: [],
      clockOffsetMs: null,
      privileged: false,
      notes: [],
    },
    servers,
    searchDomains: [],
    sources: DEFAULT_SOURCES.sources,
    hosts: new Map(),
    hasIPv6: false,
    limit: null,
    metadata: null,
    ...changes,
  };
}

/** A plan of the user's targets only. */
export function customPlan(changes: Partial<Options>, servers: Survey['servers'] = []): Plan {
  const options = optionsWith({ only: ['custom'], ...changes });
  const plan = makePlan(options, {
    cloud: 'public',
    region: 'westeurope',
    servers,
    serversFrom: 'the test',
    today: '2026-05-04',
  });
  const targets = plan.targets.filter(({ group }) => group === 'custom' || options.only.includes(group));
  return { ...plan, targets };
}

/** `tcp://host:port` and the like, taken apart. */
export function targets(...urls: readonly string[]): Options['target'] {
  return urls.map((url) => {
    const [, protocol = '', host = '', port = '', path] = /^(\w+):\/\/(.*):(\d+)(\/.*)?$/.exec(url) ?? [];
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    return { protocol, host: bare, port: Number(port), path: path ?? null } as Options['target'][number];
  });
}

export interface Ran extends Observed {
  readonly system: ClosedWorld;
  /** With the result of the diagnosis. */
  readonly targets: readonly Target[];
  readonly controls: readonly Control[];
  readonly findings: readonly Finding[];
  /** The only target of a test. */
  readonly only: Target;
}

export interface RunChanges {
  readonly options?: Partial<Options>;
  readonly survey?: Partial<Survey>;
  readonly redirections?: readonly Redirection[];
  /** Name servers; each is a server at an address of its own that leads to the peer. */
  readonly names?: readonly { readonly port: number }[];
  readonly signal?: AbortSignal;
  readonly system?: ClosedWorld;
  readonly plan?: Plan;
  readonly lateAfter?: number;
  readonly roots?: readonly string[];
  readonly publicRoots?: readonly string[];
}

/** The address under which the test's name servers are configured. */
export const serverAddress = (index: number): string => `10.255.0.${index + 1}`;

/** Runs, and validates the result against the report's schema. */
export async function ran(changes: RunChanges): Promise<Ran> {
  const options = optionsWith({ ...QUICK, ...changes.options });
  const servers = (changes.names ?? []).map((_, index) => ({ address: serverAddress(index), port: 53 }));
  const redirections = [
    ...(changes.names ?? []).map((peer, index) => to(peer, serverAddress(index), 53)),
    ...(changes.redirections ?? []),
  ];
  const system = changes.system ?? closedWorld(redirections);
  const plan = changes.plan ?? customPlan(options, servers);
  const observed = await observe(plan, {
    options,
    survey: surveyWith({ servers, ...changes.survey }),
    system,
    roots: changes.roots ?? [],
    publicRoots: changes.publicRoots ?? [],
    signal: changes.signal ?? new AbortController().signal,
    endsAt: system.monotonicMs() + options.deadline,
    ...(changes.lateAfter !== undefined && { lateAfter: changes.lateAfter }),
    progress: () => {},
  });
  const { environment } = observed.observations;
  const { targets, controls, findings } = diagnose(observed.observations);
  Report.shape.targets.parse(targets);
  Report.shape.controls.parse(controls);
  Report.shape.environment.parse(environment);
  const [only] = targets;
  if (only === undefined) throw new Error('the run had no target');
  return { ...observed, system, targets, controls, findings, only };
}

/** The control of that name; fails when the run did not make it. */
export function controlOf<Name extends Control['name']>(
  { controls }: Ran,
  name: Name,
): Extract<Control, { name: Name }> {
  const found = controls.find((control) => control.name === name);
  if (found === undefined) throw new Error(`the run made no control ${name}`);
  return found as Extract<Control, { name: Name }>;
}

/** The report as it is written: one schema, from which the type and the published JSON Schema come. */
import { z } from 'zod';
import { ADDRESS_SCOPES } from '../../probes/address-scope.ts';
import { Facts } from '../../probes/facts.ts';
import { FAILURES } from '../../probes/failures.ts';
import { PROTOCOLS } from '../../probes/protocols.ts';
import { Control, type ObservedControl } from './controls.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { STOP_SIGNALS } from './stop-signals.ts';
import { CAUSES, CLOUDS, GROUPS, type Group, OWNERS, SEVERITIES, STATUSES, VERDICTS } from './vocabulary.ts';

const instant = z.iso.datetime();
const ms = z.number().min(0).describe('milliseconds');
const failure = z.enum(FAILURES);
const cause = z.enum(CAUSES);

const Counts = z.strictObject({
  total: z.int(),
  reachable: z.int(),
  intermittent: z.int(),
  unreachable: z.int(),
  untested: z.int(),
});
export type Counts = z.infer<typeof Counts>;

const Address = z.strictObject({
  address: z.string(),
  family: z.union([z.literal(4), z.literal(6)]),
  scope: z.enum(ADDRESS_SCOPES),
  via: z.array(z.string()).describe('The CNAME chain that led here'),
});
export type Address = z.infer<typeof Address>;

const Resolution = z.strictObject({
  server: z.string().describe('address, or address:port when the port is not 53'),
  rcode: z.string().describe('The RCODE’s mnemonic (NOERROR, NXDOMAIN, …) or the failure when no reply came'),
  failure: failure.nullable(),
  addresses: z.array(z.string()),
  cname: z.array(z.string()),
  authority: z.array(z.string()).describe('Owner and primary server of the SOA in a negative answer'),
  truncated: z.boolean().describe('The UDP reply was truncated and TCP was used'),
  ignored: z
    .strictObject({
      wrongId: z.int().describe('Another id, or another question'),
      wrongSource: z.int().describe('Another address or port than the one that was asked'),
    })
    .describe('Replies that were counted and not believed (RFC 5452, section 9)'),
  ms,
});
export type Resolution = z.infer<typeof Resolution>;

const Step = z.strictObject({
  name: z.enum(['resolve', 'connect', 'tls', 'handshake', 'request']),
  ms,
  ok: z.boolean(),
});

const Attempt = z.strictObject({
  address: z.string(),
  addressFrom: z
    .enum(['name', 'vip'])
    .describe('name: the target’s own name led there; vip: --vip did, since its name does not'),
  startedAt: instant,
  ok: z.boolean(),
  failure: failure.nullable(),
  steps: z.array(Step),
  facts: Facts,
});
export type Attempt = z.infer<typeof Attempt>;

const Spread = z.strictObject({ min: ms, median: ms, max: ms }).nullable();

const Source = z.strictObject({
  kind: z.enum(['catalog', 'config', 'import']),
  document: z.string(),
  asOf: z.string().describe('Date of that document, or of the run'),
  name: z.string().nullable().describe('How an imported document names the endpoint, null for all others'),
});
export type Source = z.infer<typeof Source>;

const Target = z.strictObject({
  id: z.string().describe('<group>/<host>:<port>, stable between runs'),
  group: z.enum(GROUPS),
  resourceType: z.string().nullable().describe('The word that Azure’s NetworkStatus uses'),
  host: z.string(),
  port: z.int().min(0).max(65535),
  protocol: z.enum(PROTOCOLS),
  required: z.boolean(),
  serviceTag: z.string().nullable(),
  purpose: z.string(),
  source: Source,
  until: z
    .string()
    .nullable()
    .describe('Date of the last document that lists it, when the documents dropped it'),
  status: z.enum(STATUSES),
  reason: z.string().nullable().describe('Why nothing was tested, when nothing was'),
  lastStatusChange: instant
    .nullable()
    .describe(
      'Start of the run that first saw the status of now, after one that saw another; runs that did not test it ' +
        'are passed over. Null when no kept report tells, or without --state',
    ),
  flaps: z
    .int()
    .min(0)
    .describe(
      'How often the status changed from one kept report to the next in the 24 hours before this run, this run ' +
        'included; runs that did not test it are passed over. 0 without --state',
    ),
  failure: failure.nullable(),
  cause: cause.nullable(),
  addresses: z.array(Address).describe('What the system itself would dial'),
  addressesFrom: z
    .string()
    .nullable()
    .describe('Who decided that: hosts-file, or the first DNS server that settles it; null when nobody did'),
  resolutions: z.array(Resolution),
  attempts: z.array(Attempt),
  latency: z.strictObject({ connectMs: Spread, totalMs: Spread }),
});
export type Target = z.infer<typeof Target>;

const Finding = z.strictObject({
  cause,
  severity: z.enum(SEVERITIES),
  title: z.string(),
  explanation: z.string(),
  evidence: z.array(z.string()).describe('Ids of the targets that this explains'),
  owner: z.enum(OWNERS),
  remedy: z.array(z.string()),
  confirm: z.string().describe('The command that shows that it is fixed'),
  reference: z.string(),
});
export type Finding = z.infer<typeof Finding>;

const SubnetCapacity = z
  .strictObject({
    tier: z.enum(['premium', 'developer']),
    units: z.int().describe('Units asked for'),
    total: z.int().describe('Addresses of the prefix'),
    usable: z.int().describe('Without the five that Azure keeps'),
    needed: z.int().describe('Addresses that the units and the internal load balancer take'),
    vmInside: z.boolean().describe('Whether this VM takes one of them'),
    unitsThatFit: z.int().describe('While this VM stays'),
    unitsWithoutVm: z.int(),
  })
  .describe('Room for API Management in internal mode, other resources of the subnet not counted');
export type SubnetCapacity = z.infer<typeof SubnetCapacity>;

const Environment = z.strictObject({
  cloud: z.enum(CLOUDS),
  region: z.string().nullable(),
  vm: z
    .strictObject({
      name: z.string(),
      size: z.string(),
      osType: z.string(),
      zone: z.string().nullable(),
    })
    .nullable()
    .describe('As the instance metadata service says; null where there is none'),
  network: z.strictObject({
    interfaces: z.array(
      z.strictObject({
        name: z.string(),
        address: z.string(),
        prefixLength: z.int(),
        family: z.union([z.literal(4), z.literal(6)]),
      }),
    ),
    subnet: z.string().nullable().describe('CIDR, from --subnet or else the metadata service'),
    subnetCapacity: SubnetCapacity.nullable().describe('Null when the subnet is not known'),
    vip: z.string().nullable().describe('The address that the instance’s host names should have, from --vip'),
  }),
  dns: z.strictObject({
    servers: z.array(z.string()),
    source: z.string().describe('Where the list of servers comes from: a file, the runtime, or --dns-server'),
    searchDomains: z.array(z.string()),
    system: z
      .strictObject({
        order: z
          .array(z.string())
          .describe('Sources of host names in their order, as nsswitch.conf(5) has them'),
        timeoutMs: ms.describe('What a look-up waits for one server'),
        attempts: z.int().describe('How often it asks each server'),
        ndots: z.int(),
        rotate: z.boolean().describe('Whether it starts with another server each time'),
      })
      .nullable()
      .describe('How this system uses the servers (resolv.conf(5)); null where that is not known'),
    hostsFile: z.strictObject({
      path: z.string(),
      entries: z.int(),
      overrides: z.array(z.strictObject({ host: z.string(), addresses: z.array(z.string()) })),
    }),
  }),
  proxies: z
    .array(z.strictObject({ variable: z.string(), value: z.string() }))
    .describe('Set on this VM; probes never use them. User-info is masked.'),
  clockOffsetMs: z.number().nullable().describe('Local clock minus the peers’ clocks'),
  privileged: z.boolean(),
  notes: z.array(z.string()).describe('What could not be read or was ignored while looking around'),
});
export type Environment = z.infer<typeof Environment>;

export const Report = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    id: z.uuidv7(),
    agent: z.strictObject({
      name: z.literal('apim-probe'),
      version: z.string(),
      runtime: z.string(),
      os: z.string(),
      arch: z.string(),
    }),
    startedAt: instant,
    finishedAt: instant,
    durationMs: ms,
    interrupted: z
      .enum([...STOP_SIGNALS, 'deadline', 'defect'])
      .nullable()
      .describe('What ended the run early'),
    verdict: z.enum(VERDICTS),
    summary: z.strictObject({ required: Counts, optional: Counts }),
    environment: Environment,
    controls: z.array(Control),
    targets: z.array(Target),
    notTestable: z
      .array(z.strictObject({ group: z.enum(GROUPS), endpoint: z.string(), reason: z.string() }))
      .describe('What the documents list and no test from inside the subnet can reach'),
    findings: z.array(Finding),
  })
  .meta({ id: 'apim-probe-report', title: 'apim-probe report' });
export type Report = z.infer<typeof Report>;

/**
 * A target as it was observed, without a status. `failure` and `reason` tell what happened where no attempt was
 * finished: a failure without a reason is how its name failed, and with a reason nothing was tested.
 */
export type ObservedTarget = Omit<Target, 'status' | 'cause' | 'latency'>;

/** What was observed, and all that the diagnosis reads. A report holds it, so it can be judged again. */
export interface Observations {
  readonly environment: Environment;
  readonly controls: readonly ObservedControl[];
  readonly targets: readonly ObservedTarget[];
  /** What the user asked for; everything when it is missing. */
  readonly scope?: Scope | undefined;
}

export interface Scope {
  readonly groups: readonly Group[];
}

/**
 * The report in memory, where each attempt holds complete certificates. `written-report.ts` has the form of files and
 * the JSON Schema.
 */
import { z } from 'zod';
import { ADDRESS_SCOPES } from '../../probes/address-scope.ts';
import { Facts } from '../../probes/facts.ts';
import { FAILURES } from '../../probes/failures.ts';
import { PROTOCOLS } from '../../probes/protocols.ts';
import { PreflightCheck, ReportedDocument, RouteDecision, RuleDecision } from './azure-documents.ts';
import { Control, type ObservedControl } from './controls.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { STOP_SIGNALS } from './stop-signals.ts';
import { TIERS } from './tiers.ts';
import { CAUSES, CLOUDS, GROUPS, type Group, OWNERS, SEVERITIES, STATUSES, VERDICTS } from './vocabulary.ts';

const instant = z.iso.datetime().describe('RFC 3339, in UTC');
const ms = z.number().min(0).describe('milliseconds');
const failure = z.enum(FAILURES).describe('What was observed, without its cause');
const cause = z.enum(CAUSES).describe('Why, as the diagnosis concludes; "apim-probe explain" describes each');
const host = z.string().describe('Host name');
const address = z.string().describe('IP address');
const addressFamily = z.union([z.literal(4), z.literal(6)]).describe('4 or 6: the version of IP');
const targetId = z.string().describe('<group>/<host>:<port>, stable between runs');
const group = z.enum(GROUPS).describe('The dependency that the endpoint belongs to');

const count = (of: string) => z.int().min(0).describe(`Number of endpoints${of}`);
const Counts = z
  .strictObject({
    total: count(' in all'),
    reachable: count(' where every address tried proved to be the service'),
    intermittent: count(' where only some addresses or attempts did'),
    unreachable: count(' where none did'),
    untested: count(' with nothing to test, left out, or out of time'),
  })
  .describe('Endpoints by status');
export type Counts = z.infer<typeof Counts>;

const aliases = z.array(z.string().describe('Alias')).describe('The CNAME chain, in its order');

const Address = z
  .strictObject({
    address,
    family: addressFamily,
    scope: z.enum(ADDRESS_SCOPES).describe('Where the address is valid'),
    via: aliases,
  })
  .describe('One address of a name');
export type Address = z.infer<typeof Address>;

const Resolution = z
  .strictObject({
    server: z.string().describe('address, or address:port when the port is not 53'),
    rcode: z
      .string()
      .describe('The RCODE’s mnemonic (NOERROR, NXDOMAIN, …) or the failure when no reply came'),
    failure: failure.nullable().describe('How the query failed; null when a usable reply came'),
    addresses: z.array(address).describe('A and AAAA records'),
    cname: aliases,
    authority: z
      .array(z.string().describe('Name'))
      .describe('Owner and primary server of the SOA in a negative answer'),
    truncated: z.boolean().describe('The UDP reply was truncated and TCP was used'),
    ignored: z
      .strictObject({
        wrongId: z.int().describe('Another id, or another question'),
        wrongSource: z.int().describe('Another address or port than the one that was asked'),
      })
      .describe('Replies that were counted and ignored (RFC 5452, section 9)'),
    ms,
  })
  .describe('What one DNS server answered');
export type Resolution = z.infer<typeof Resolution>;

const Step = z
  .strictObject({
    name: z.enum(['resolve', 'connect', 'tls', 'handshake', 'request']).describe('What was done'),
    ms,
    ok: z.boolean().describe('Whether it succeeded'),
  })
  .describe('One step of an attempt');

export const Attempt = z
  .strictObject({
    address,
    addressFrom: z
      .enum(['name', 'vip'])
      .describe('name: the target’s name resolves to it; vip: from --vip, because its name does not'),
    startedAt: instant,
    ok: z.boolean().describe('Whether the service proved to be there'),
    failure: failure.nullable().describe('The first step that failed, and how; null when none did'),
    steps: z.array(Step).describe('In their order, as far as it came'),
    facts: Facts,
  })
  .describe('One try at one address');
export type Attempt = z.infer<typeof Attempt>;

const spread = (of: string) =>
  z
    .strictObject({ min: ms, median: ms, max: ms })
    .nullable()
    .describe(`${of}, over the attempts that succeeded; null when none did`);

const Source = z
  .strictObject({
    kind: z
      .enum(['catalog', 'config', 'import'])
      .describe('catalog: Microsoft’s documents; config: an option; import: a file of --from'),
    document: z.string().describe('Title of the document, or name of the option or file'),
    asOf: z.string().describe('Date of that document, or of the run'),
    name: z.string().nullable().describe('How an imported document names the endpoint, null for all others'),
    status: z
      .string()
      .optional()
      .describe('What NetworkStatus reports there: success, failure or initializing; only with --from'),
  })
  .describe('Where the endpoint comes from');
export type Source = z.infer<typeof Source>;

export const Target = z
  .strictObject({
    id: targetId,
    group,
    resourceType: z.string().nullable().describe('The resource type in Azure’s NetworkStatus'),
    host: z.string().describe('Host name or address'),
    port: z.int().min(0).max(65535).describe('0 for ICMP'),
    protocol: z.enum(PROTOCOLS).describe('The conversation that was held'),
    required: z.boolean().describe('Whether API Management cannot do without it'),
    serviceTag: z
      .string()
      .nullable()
      .describe('Azure’s service tag for firewall rules; null when there is none'),
    purpose: z.string().describe('What API Management needs it for'),
    source: Source,
    until: z
      .string()
      .nullable()
      .describe('Date of the last document that lists it, when the documents dropped it'),
    status: z
      .enum(STATUSES)
      .describe(
        'reachable: every address tried proved to be the service; intermittent: only some addresses or attempts did; ' +
          'unreachable: none did; untested: nothing to test, left out, or out of time',
      ),
    reason: z.string().nullable().describe('Why nothing was tested, when nothing was'),
    lastStatusChange: z.iso
      .datetime()
      .nullable()
      .describe(
        'Start of the run that first saw the status of now, after one that saw another; runs that did not test it ' +
          'are ignored. Null when no stored report has a change, or without --state',
      ),
    flaps: z
      .int()
      .min(0)
      .describe(
        'How often the status changed from one stored report to the next in the 24 hours before this run, this run ' +
          'included; runs that did not test it are passed over. 0 without --state',
      ),
    failure: failure.nullable().describe('What was observed when it was not reached; else null'),
    cause: cause.nullable().describe('Why it was not reached; null when it was'),
    addresses: z.array(Address).describe('What the system itself would dial'),
    addressesFrom: z
      .string()
      .nullable()
      .describe(
        'The source of the addresses: hosts-file, or the first DNS server with a final answer; null without one',
      ),
    resolutions: z.array(Resolution).describe('Each configured DNS server, asked on its own'),
    attempts: z.array(Attempt).describe('In their order'),
    rule: RuleDecision.nullable().describe(
      'The rule of Azure’s documents that decides this flow: of several addresses the one that is denied; null when ' +
        'no document shows it',
    ),
    route: RouteDecision.nullable().describe(
      'The route of Azure’s documents that this flow takes; null when no document shows it',
    ),
    latency: z
      .strictObject({ connectMs: spread('Time to connect'), totalMs: spread('Time of all steps') })
      .describe('How long it took'),
  })
  .describe('One endpoint of the plan');
export type Target = z.infer<typeof Target>;

const Finding = z
  .strictObject({
    cause,
    severity: z
      .enum(SEVERITIES)
      .describe(
        'error: the instance cannot deploy or work; warning: someone must act; info: no action is needed',
      ),
    title: z.string().describe('One line'),
    explanation: z.string().describe('What was seen, and what follows from it'),
    evidence: z.array(targetId).describe('Ids of the targets that this explains'),
    owner: z.enum(OWNERS).describe('Who can fix it'),
    remedy: z.array(z.string().describe('Step')).describe('What to do, step by step'),
    confirm: z.string().describe('The command that shows that it is fixed'),
    reference: z.string().describe('The document to read next'),
  })
  .describe('One root cause, with all that it explains');
export type Finding = z.infer<typeof Finding>;

const SubnetCapacity = z
  .strictObject({
    tier: z.enum(TIERS).describe('Pricing tier asked for'),
    units: z.int().describe('Units asked for'),
    total: z.int().describe('Addresses of the prefix'),
    usable: z.int().describe('Without the five that Azure reserves'),
    needed: z.int().describe('Addresses that the units and the internal load balancer take'),
    vmInside: z.boolean().describe('Whether this VM takes one of them'),
    unitsThatFit: z.int().describe('While this VM stays'),
    unitsWithoutVm: z.int().describe('Units that fit once it is gone'),
  })
  .describe('Capacity for API Management in internal mode, without other resources of the subnet');
export type SubnetCapacity = z.infer<typeof SubnetCapacity>;

const Vm = z.strictObject({
  name: z.string().describe('Of the resource in Azure'),
  hostName: z.string().nullable().describe('Of the operating system; null when it cannot be read'),
  subscriptionId: z.string().nullable().describe('Null when the service does not give it'),
  resourceGroup: z.string().nullable().describe('Null when the service does not give it'),
  size: z.string().describe('Like Standard_B2s'),
  osType: z.string().describe('Linux or Windows'),
  zone: z.string().nullable().describe('Availability zone; null when it has none'),
  region: z.string().optional().describe('By the metadata service, whatever --region is'),
  publicAddress: z
    .boolean()
    .optional()
    .describe(
      'Whether the service names a public IPv4 address of the VM or of its load balancer’s outbound rules; absent when it ' +
        'does not say',
    ),
});

const Interface = z
  .strictObject({
    name: z.string().describe('As the operating system names it'),
    address,
    prefixLength: z.int().describe('Bits of its network'),
    family: addressFamily,
  })
  .describe('One address of one network interface');

const Route = z
  .strictObject({
    destination: z.string().describe('CIDR'),
    interface: z.string().describe('As the operating system names it'),
    rejects: z
      .boolean()
      .describe('Whether the operating system refuses what goes there (unreachable, prohibit, blackhole)'),
  })
  .describe('One IPv4 route');

const DnsSystem = z.strictObject({
  order: z
    .array(z.string().describe('Source'))
    .describe('Sources of host names in their order, as nsswitch.conf(5) has them'),
  timeoutMs: ms.describe('How long a look-up waits for one server'),
  attempts: z.int().describe('How often it asks each server; 0: it asks none'),
  ndots: z.int().describe('Dots from which a name is looked up first without a search domain'),
  rotate: z.boolean().describe('Whether it starts with another server each time'),
  serverNamed: z
    .boolean()
    .optional()
    .describe('Whether the file names a DNS server; without one the system asks 127.0.0.1'),
  asksDns: z
    .boolean()
    .optional()
    .describe('Whether a look-up of a name that is not in the hosts file asks a DNS server'),
  sourcesFile: z
    .strictObject({
      path: z.string().describe('Where it is'),
      line: z.string().describe('The line that decides the order'),
    })
    .describe('nsswitch.conf(5)')
    .nullable()
    .optional()
    .describe('Where the order comes from; null when it is the default of the system'),
});

const Environment = z
  .strictObject({
    cloud: z.enum(CLOUDS).describe('By --cloud, or else the metadata service'),
    region: z.string().nullable().describe('By --region, or else the metadata service; null when unknown'),
    vm: Vm.nullable().describe('From the instance metadata service; null without it'),
    network: z
      .strictObject({
        interfaces: z.array(Interface).describe('But for loopback'),
        routes: z
          .array(Route)
          .optional()
          .describe('IPv4 routes of the main table; absent where they could not be read'),
        subnet: z.string().nullable().describe('CIDR, from --subnet or else the metadata service'),
        subnetCapacity: SubnetCapacity.nullable().describe('Null when the subnet is not known'),
        vip: z
          .string()
          .nullable()
          .describe('The address that the instance’s host names should have, from --vip'),
      })
      .describe('This VM’s network'),
    dns: z
      .strictObject({
        servers: z
          .array(z.string().describe('address, or address:port when the port is not 53'))
          .describe('DNS servers, in their order'),
        source: z
          .string()
          .describe('Where the list of servers comes from: a file, the runtime, or --dns-server'),
        searchDomains: z.array(z.string().describe('Domain')).describe('Appended to short names'),
        system: DnsSystem.nullable().describe(
          'How this system uses the servers (resolv.conf(5)); null where that is not known',
        ),
        hostsFile: z
          .strictObject({
            path: z.string().describe('Where it is'),
            entries: z.int().describe('Names in it'),
            overrides: z
              .array(
                z
                  .strictObject({ host, addresses: z.array(address).describe('What the file gives it') })
                  .describe('A name of the plan'),
              )
              .describe('Names of the plan that are in the file'),
          })
          .describe('The hosts file'),
      })
      .describe('How names are resolved here'),
    proxies: z
      .array(
        z
          .strictObject({
            variable: z.string().describe('Name of the environment variable'),
            value: z.string().describe('Its value'),
          })
          .describe('A proxy variable'),
      )
      .describe('Set on this VM; probes never use them. User-info is masked.'),
    clockOffsetMs: z.number().nullable().describe('Local clock minus the peers’ clocks, in milliseconds'),
    privileged: z.boolean().describe('Whether the agent ran as root'),
    notes: z
      .array(z.string().describe('Note'))
      .describe('What could not be read or was ignored when the agent read its environment'),
  })
  .describe('Where the agent ran');
export type Environment = z.infer<typeof Environment>;

/** The printable values of an option: text, number, switch, list, or not set. */
const OptionValue = z
  .union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string().describe('One of the list'))])
  .describe('As a config file may hold it, secrets masked; null when it is not set');
export type OptionValue = z.infer<typeof OptionValue>;

const OPTION_SOURCES = ['default', 'file', 'variable', 'flag', 'import'] as const;

const EffectiveOption = z
  .strictObject({
    value: OptionValue,
    from: z
      .enum(OPTION_SOURCES)
      .describe(
        'Where it was given: nowhere, in the config file or a systemd credential, by an environment variable, on the ' +
          'command line (or by the scenario of a demo), or in a document of --from',
      ),
  })
  .describe('One option');

const Scope = z
  .strictObject({
    groups: z.array(group).describe('The groups that the run covers'),
    narrowedBy: z.array(z.string().describe('Like "--only sql"')).describe('The flags that leave groups out'),
    whole: z.boolean().describe('Whether no group was left out'),
  })
  .describe('The part of the plan that the verdict covers');
export type Scope = z.infer<typeof Scope>;

export const Report = z
  .strictObject({
    schemaVersion: z
      .literal(SCHEMA_VERSION)
      .describe('Version of this schema; its major changes when a change breaks readers'),
    id: z.uuidv7().describe('Of this report alone'),
    agent: z
      .strictObject({
        name: z.literal('apim-probe').describe('Always the same'),
        version: z.string().describe('Of the agent'),
        runtime: z.string().describe('Node.js and its version'),
        os: z.string().describe('Kernel and its release'),
        arch: z.string().describe('Processor architecture'),
      })
      .describe('What wrote the report'),
    options: z
      .record(z.string().describe('Key of the config file'), EffectiveOption)
      .describe(
        'Every option as it was in effect, by the key of the config file; also config, the path of that file, and ' +
          'scenario, the name of a demo’s; each null without one',
      ),
    scope: Scope,
    labels: z
      .record(
        z.string().describe('Key of a label'),
        z.string().describe('Value; a pseudonym at the strict level'),
      )
      .describe('From --label, to distinguish reports'),
    startedAt: instant,
    finishedAt: instant,
    durationMs: ms,
    interrupted: z
      .enum([...STOP_SIGNALS, 'deadline', 'defect'])
      .nullable()
      .describe('What ended the run early'),
    verdict: z
      .enum(VERDICTS)
      .describe(
        'ready: everything that counts was reached; degraded: something optional was not, or someone must act; ' +
          'blocked: something required was not; inconclusive: something required was not tested',
      ),
    summary: z
      .strictObject({ required: Counts, optional: Counts })
      .describe('Endpoints by status, those without which API Management cannot work apart'),
    environment: Environment,
    controls: z.array(Control).describe('Experiments that separate network faults from service faults'),
    targets: z.array(Target).describe('Every endpoint of the plan, exactly once, by group and id'),
    documents: z.array(ReportedDocument).describe('Azure’s own documents that were given, in their order'),
    preflight: z
      .array(PreflightCheck)
      .describe('The documented prerequisites, judged from those documents; empty when none was given'),
    notTestable: z
      .array(
        z
          .strictObject({
            group,
            endpoint: z.string().describe('As the documents name it'),
            reason: z.string().describe('Why no test reaches it'),
          })
          .describe('An endpoint'),
      )
      .describe('What the documents list and no test from inside the subnet can reach'),
    findings: z.array(Finding).describe('Causes, those of the whole network first'),
  })
  .describe('The report of one run');
export type Report = z.infer<typeof Report>;

/**
 * A target as it was observed, without a status. `failure` and `reason` apply if no attempt finished: a failure without
 * a reason is that of name resolution, and with a reason nothing was tested.
 */
export type ObservedTarget = Omit<Target, 'status' | 'cause' | 'latency'>;

/** The input of the diagnosis. A report holds it, so that it can be judged again. */
export interface Observations {
  readonly environment: Environment;
  readonly controls: readonly ObservedControl[];
  readonly targets: readonly ObservedTarget[];
  /** Azure's own documents, and the prerequisites that they show; none when they are missing. */
  readonly documents?: readonly ReportedDocument[];
  readonly preflight?: readonly PreflightCheck[];
  /** The scope that the user asked for; everything when it is missing. */
  readonly scope?: GroupScope | undefined;
  /** The options of the run, which commands repeat; none when they are missing. */
  readonly options?: Readonly<Report['options']> | undefined;
}

/** The part of a scope that a verdict needs. */
export type GroupScope = Readonly<{ groups: readonly Group[] }>;

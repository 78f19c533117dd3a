/** The reports that the pages are made of: one with every cause, and one with hostile text in every field. */
import type { Failure } from '../../probes/failures.ts';
import { CAUSE_TEXTS } from '../../src/diagnosis/causes.ts';
import type { PreflightCheck, RuleDecision } from '../../src/model/azure-documents.ts';
import { type Attempt, type Finding, Report, type Target } from '../../src/model/report.ts';
import { CAUSES, type Cause, type Owner, SEVERITIES } from '../../src/model/vocabulary.ts';
import { routeDecision } from '../report/samples.ts';

const SECOND_SERVER = '10.0.0.4';

/** How an endpoint fails whose owner is this one. */
const FAILURE_OF_OWNER: Readonly<Record<Owner, Failure>> = {
  network: 'tcp_timeout',
  dns: 'dns_nxdomain',
  service: 'protocol_refused',
  vm: 'local_limit',
  platform: 'tls_alert',
};

const RULE: RuleDecision = {
  access: 'deny',
  kind: 'nsg',
  resource: 'nsg-apim',
  association: 'subnet',
  rule: 'DenyInternetOutBound',
  priority: 4000,
  prefix: '0.0.0.0/0',
  tag: 'Internet',
  addresses: ['20.60.27.132'],
  document: 'effective-nsg.json',
};

const ROUTE = routeDecision({ addresses: ['20.60.27.132'], document: 'effective-routes.json' });

const CHECKS: readonly PreflightCheck[] = (['met', 'not-met', 'not-shown'] as const).map((outcome) => ({
  check: `subnet-${outcome}`,
  title: 'The subnet has a network security group',
  required: outcome !== 'not-shown',
  outcome,
  evidence: 'subnet.json: networkSecurityGroup is null',
  command: outcome === 'not-shown' ? 'az network vnet subnet show --ids SUBNET_ID > subnet.json' : null,
  rule: outcome === 'not-met' ? RULE : null,
}));

/**
 * A healthy report of the whole catalogue with one endpoint broken for each cause, Azure's documents, a second DNS server
 * that knows no name of every third endpoint, and a history.
 */
export function withEveryCause(healthy: Report): Report {
  const targets = healthy.targets.map((target, index) => {
    const cause = CAUSES[index];
    return withSecondServer(cause === undefined ? target : broken(target, cause, index), index);
  });
  return Report.parse({
    ...healthy,
    verdict: 'blocked',
    interrupted: 'deadline',
    labels: { env: 'prod' },
    targets,
    findings: CAUSES.map((cause, index) => findingOf(cause, index, targets)),
    documents: [
      {
        kind: 'effective-nsg',
        resource: 'nic-1',
        collectedAt: '2026-05-04T08:00:00.000Z',
        file: 'nsg.json',
        doubt: null,
      },
      {
        kind: 'subnet',
        resource: null,
        collectedAt: null,
        file: 'subnet.json',
        doubt: 'it is older than a day',
      },
    ],
    preflight: CHECKS,
    environment: {
      ...healthy.environment,
      notes: ['the hosts file could not be read'],
      proxies: [{ variable: 'HTTPS_PROXY', value: 'http://proxy.contoso.example:3128' }],
    },
    controls: healthy.controls.map((control, index) =>
      index % 4 === 1 ? { ...control, outcome: 'anomalous' } : control,
    ),
  });
}

function broken(target: Target, cause: Cause, index: number): Target {
  const failure = FAILURE_OF_OWNER[CAUSE_TEXTS[cause].owner];
  const [first] = target.attempts;
  const failed: Attempt[] = first === undefined ? [] : [1, 2, 3].map(() => failing(first, failure));
  const untested = failure === 'local_limit';
  return {
    ...target,
    status: untested ? 'untested' : index % 5 === 4 ? 'intermittent' : 'unreachable',
    reason: untested ? 'this VM has no free file handle' : null,
    cause,
    failure,
    attempts: failure.startsWith('dns_') || untested ? [] : failed,
    lastStatusChange:
      index % 3 === 0 ? (target.attempts[0]?.startedAt.replace(/T\d\d/, 'T02') ?? null) : null,
    flaps: index % 4,
    rule: index % 2 === 0 ? { ...RULE, access: index % 4 === 0 ? 'deny' : 'allow' } : null,
    route: index % 3 === 0 ? ROUTE : null,
    latency: { connectMs: null, totalMs: null },
  };
}

/** Only the first step, or else the last, and with it the whole attempt, fails. */
function failing(attempt: Attempt, failure: Failure): Attempt {
  const steps = failure.startsWith('tcp_') ? attempt.steps.slice(0, 1) : attempt.steps;
  return {
    ...attempt,
    ok: false,
    failure,
    steps: steps.map((step, index) => (index === steps.length - 1 ? { ...step, ok: false, ms: 5000 } : step)),
    facts: { ...attempt.facts, error: `${failure} after 5000 ms` },
  };
}

function withSecondServer(target: Target, index: number): Target {
  const [first] = target.resolutions;
  if (first === undefined) return target;
  const missing = {
    rcode: 'NXDOMAIN',
    failure: 'dns_nxdomain',
    addresses: [],
    cname: [],
    authority: ['privatelink.blob.core.windows.net'],
  } as const;
  const second = {
    ...first,
    ...(index % 3 === 0 ? missing : { addresses: index % 3 === 1 ? ['10.1.0.9'] : first.addresses }),
    server: SECOND_SERVER,
  };
  return {
    ...target,
    resolutions: [
      first,
      {
        ...second,
        authority: [...second.authority],
        addresses: [...second.addresses],
        cname: [...second.cname],
      },
    ],
  };
}

function findingOf(cause: Cause, index: number, targets: readonly Target[]): Finding {
  const { title, explanation, owner, remedy, reference } = CAUSE_TEXTS[cause];
  return {
    cause,
    severity: SEVERITIES[index % SEVERITIES.length] ?? 'error',
    title,
    explanation,
    evidence: targets.filter((target) => target.cause === cause).map(({ id }) => id),
    owner,
    remedy: [...remedy],
    confirm: 'apim-probe run --only sql',
    reference,
  };
}

/** What a peer might send to break out of its place in a page. */
const PAYLOADS = [
  '<img src="http://192.0.2.1/x.png" onerror="window.pwned = 1">',
  '</style><script>window.pwned = 1</script><style>',
  '" onmouseover="window.pwned = 1" style="position:fixed" x="',
  "' autofocus onfocus='window.pwned = 1",
  '</pre></details></td></table></main><h1>READY</h1>',
  '--><svg onload="window.pwned = 1"></svg><!--',
  '&lt;b&gt; &amp;#x3c;script&#62; &NotAnEntity;',
  '\u001b[2J\u001b]0;title\u0007\u0000\u0085',
  '\u202etxt.exe\u2066 \u200f\u061c\u2028\ufeff',
  '\ud800 javascript:alert(1) ]]> {{7*7}}',
  'W'.repeat(10_000),
  '<b>'.repeat(3_334),
];

/** Keys of terms and times, which the schema itself checks. */
const CHECKED =
  /^(?:schemaVersion|verdict|interrupted|cloud|status|cause|failure|severity|owner|group|groups|protocol|kind|scope|from|tier|outcome|access|association|source|proof|trust|validity|mode|hello|answer|addressFrom|startedAt|finishedAt|collectedAt|lastStatusChange|validFrom|validTo|der)$/;
/** A name here is a term, too. */
const NAMED_BY_TERMS = ['agent', 'controls', 'steps'];
/** Maps whose keys a peer or a user chooses. */
const FREE_KEYS = ['headers', 'labels', 'options'];

/** The same report with one of the payloads, and a number, in every text that the schema leaves free. */
export function withHostileText(report: Report): Report {
  let number = 0;
  const hostile = () => `${PAYLOADS[number % PAYLOADS.length]}${number++}`;
  const ids = new Map(report.targets.map(({ id }) => [id, hostile()]));
  const change = (value: unknown, key: string, parent: string): unknown => {
    if (typeof value === 'string') {
      const isTerm = CHECKED.test(key) || (key === 'name' && NAMED_BY_TERMS.includes(parent));
      return isTerm ? value : (ids.get(value) ?? hostile());
    }
    if (Array.isArray(value)) return value.map((item) => change(item, key, parent));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([name, item]) => [FREE_KEYS.includes(key) ? hostile() : name, change(item, name, key)]),
    );
  };
  return Report.parse({ ...(change(report, '', '') as object), id: report.id });
}

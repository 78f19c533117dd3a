/** Terms that the plan, the diagnosis and the report share. Without code, so that any module may import them. */

export const GROUPS = [
  'storage-blob',
  'storage-table',
  'storage-queue',
  'storage-file',
  'sql',
  'key-vault',
  'event-hubs',
  'azure-monitor',
  'entra-id',
  'certificates',
  'smtp',
  'kms',
  'ntp',
  'dns',
  'captcha',
  'portal-diagnostics',
  'redis',
  'infrastructure',
  'gateway',
  'control-plane',
  'custom',
] as const;
export type Group = (typeof GROUPS)[number];

export const CLOUDS = ['public', 'government', 'china'] as const;
export type Cloud = (typeof CLOUDS)[number];

export const STATUSES = ['reachable', 'intermittent', 'unreachable', 'untested'] as const;
export type Status = (typeof STATUSES)[number];

export const VERDICTS = ['ready', 'degraded', 'blocked', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const OWNERS = ['network', 'dns', 'service', 'vm', 'platform'] as const;
export type Owner = (typeof OWNERS)[number];

export const CAUSES = [
  'name-does-not-exist',
  'private-zone-missing-record',
  'private-zone-not-linked',
  'expected-private',
  'dns-not-configured',
  'dns-server-down',
  'dns-forwarding-broken',
  'dns-servers-disagree',
  'dns-tampered',
  'dns-server-slow',
  'dns-tcp-blocked',
  'dns-search-domain',
  'private-zone-shadows-suffix',
  'azure-api-net-zone-shadowed',
  'hosts-file-override',
  'dns-answers-change',
  'ipv6-only',
  'region-mismatch',
  'outbound-dropped',
  'outbound-rejected',
  'no-outbound-path',
  'no-route',
  'vm-without-outbound',
  'transparent-proxy',
  'tls-blocked',
  'sni-filtered',
  'large-hello-blocked',
  'packet-size-blackhole',
  'return-path-broken',
  'tls-intercepted',
  'wrong-certificate',
  'certificate-chain',
  'block-page',
  'wrong-service',
  'service-firewall-denied',
  'service-refused',
  'starttls-stripped',
  'gateway-record-missing',
  'gateway-record-public',
  'gateway-record-wrong',
  'gateway-not-serving',
  'subnet-too-small',
  'clock-skew',
  'vm-limit',
  'smtp-port-25-blocked',
  'intermittent-loss',
  'prerequisite-missing',
  'rule-denies',
  'route-misdirects',
  'rules-disagree',
  'undetermined',
] as const;
export type Cause = (typeof CAUSES)[number];

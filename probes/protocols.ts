/** The protocols that a target can be asked to speak; also the schemes that `--target` accepts. */
export const PROTOCOLS = [
  'tcp',
  'tls',
  'http',
  'https',
  'tds',
  'amqp',
  'amqps',
  'smtp',
  'kms',
  'smb',
  'redis',
  'rediss',
  'ntp',
  'dns',
  'icmp',
] as const;

export type Protocol = (typeof PROTOCOLS)[number];

/** What carries a protocol: what a firewall rule has to name beside the port. */
export type Transport = 'tcp' | 'udp' | 'icmp';

/**
 * What a target is talked to about. Most conversations are just their protocol; over HTTP and HTTPS the products
 * differ in what only they would answer.
 */
export type Conversation =
  | Protocol
  | 'certificates'
  | 'entra-id'
  | 'event-hubs'
  | 'gateway'
  | 'key-vault'
  | 'storage';

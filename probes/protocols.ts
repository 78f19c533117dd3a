/** The protocols of targets; also the schemes that `--target` accepts. */
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

/** The transport of a protocol, which a firewall rule names with the port. */
export type Transport = 'tcp' | 'udp' | 'icmp';

/**
 * The probe for a target. Mostly it is the protocol; over HTTP and HTTPS some products have their own probe, which
 * recognises their replies.
 */
export type Conversation =
  | Protocol
  | 'certificates'
  | 'entra-id'
  | 'event-hubs'
  | 'gateway'
  | 'key-vault'
  | 'storage';

/** The service of a host name; each HTTP service is a file in services/. */
export type ServiceName =
  | 'storage-blob'
  | 'storage-table'
  | 'storage-queue'
  | 'storage-file'
  | 'sql'
  | 'key-vault'
  | 'event-hubs'
  | 'redis'
  | 'entra'
  | 'monitor'
  | 'insights'
  | 'web'
  | 'certificates'
  | 'updates'
  | 'gateway'
  | 'developer-portal'
  | 'management'
  | 'scm'
  | 'configuration'
  | 'ntp'
  | 'smtp'
  | 'plain';

/** A host name of the lab: where it resolves to, through which aliases, and its service. */
export interface LabHost {
  readonly name: string;
  readonly service: ServiceName;
  readonly aliases: readonly string[];
  readonly addresses: readonly [string, ...string[]];
  /** The name in the certificate: a wildcard where the service serves many customers. */
  readonly certificateName: string;
}

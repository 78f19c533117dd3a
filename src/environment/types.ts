import type { NetworkInterfaceInfo } from 'node:os';
import type { ServerAddress } from '../config/types.ts';
import type { Control } from '../model/controls.ts';
import type { Environment } from '../model/report.ts';

/** Where we are: what the report says of it, and what only this run needs. */
export interface Survey {
  readonly environment: Environment;
  readonly servers: readonly ServerAddress[];
  readonly searchDomains: readonly string[];
  /** Lower-case host name → addresses, from the hosts file. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /** Whether an IPv6 address of another machine can be dialled at all. */
  readonly hasIPv6: boolean;
  /** What this machine ran out of, in words, when its list of DNS servers could not be read for that; else null. */
  readonly limit: string | null;
  readonly metadata: Extract<Control, { name: 'metadata' }> | null;
}

/** This machine as far as the survey looks at it, in one value that tests can replace. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly privileged: boolean;
  /** As `os.hostname`; it may throw. */
  readonly hostName: () => string;
  /** As `os.networkInterfaces`; it may throw. */
  readonly interfaces: () => Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>;
  /** As `dns.getServers`: the resolvers of a system that has no file to read them from. */
  readonly runtimeServers: () => readonly string[];
  readonly resolverFiles: ResolverFiles;
  readonly hostsFile: string;
  /** nsswitch.conf(5) */
  readonly sourcesFile: string;
}

interface ResolverFiles {
  /** resolv.conf(5) */
  readonly configured: string;
  /** The same format, with the servers behind systemd-resolved's stub. */
  readonly upstream: string;
}

/** What came back from the address of the instance metadata service. */
export type MetadataReply =
  | { readonly kind: 'http'; readonly status: number; readonly body: string }
  /** Something is there, and it does not speak HTTP. */
  | { readonly kind: 'nonsense'; readonly why: string }
  /** Refused, unreachable, or silent for too long. */
  | { readonly kind: 'nobody'; readonly why: string }
  /** This machine ran out of what it takes to ask. */
  | { readonly kind: 'not-asked'; readonly why: string };

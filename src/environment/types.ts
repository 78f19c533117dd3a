import type { NetworkInterfaceInfo } from 'node:os';
import type { ServerAddress } from '../config/types.ts';
import type { Control } from '../model/controls.ts';
import type { Environment } from '../model/report.ts';
import type { HostSource } from './nsswitch.ts';

/** The result of the survey: the environment for the report, and what only this run needs. */
export interface Survey {
  readonly environment: Environment;
  readonly servers: readonly ServerAddress[];
  readonly searchDomains: readonly string[];
  /** Where this machine looks up host names, in order. */
  readonly sources: readonly HostSource[];
  /** Lower-case host name → addresses, from the hosts file. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /** Whether this machine can dial IPv6 addresses of other machines. */
  readonly hasIPv6: boolean;
  /** Text of the error when a lack of local resources made the list of DNS servers unreadable; else null. */
  readonly limit: string | null;
  readonly metadata: Extract<Control, { name: 'metadata' }> | null;
}

/** The parts of this machine that the survey reads, in one value that tests can replace. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly privileged: boolean;
  /** As `os.hostname`; it may throw. */
  readonly hostName: () => string;
  /** As `os.networkInterfaces`; it may throw. */
  readonly interfaces: () => Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>;
  /** As `dns.getServers`: the resolvers of a system without resolv.conf. */
  readonly runtimeServers: () => readonly string[];
  readonly resolverFiles: ResolverFiles;
  readonly hostsFile: string;
  /** nsswitch.conf(5) */
  readonly sourcesFile: string;
  /** host.conf(5) */
  readonly hostConfFile: string;
  /** Whether the system's C library is musl and not glibc. */
  readonly isMusl: boolean;
  /** The IPv4 address from which this machine reaches other networks; null when there is none. Sends nothing. */
  readonly outboundAddress: () => Promise<string | null>;
  /** proc_net(5); does not exist on other systems than Linux. */
  readonly routesFile: string;
}

interface ResolverFiles {
  /** resolv.conf(5) */
  readonly configured: string;
  /** The same format, with the servers behind systemd-resolved's stub. */
  readonly upstream: string;
}

/** The reply from the address of the instance metadata service. */
export type MetadataReply =
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly body: string;
      /**
       * The load balancer document, asked for when the instance document names no public address; empty when the VM has
       * none, null when the service did not say.
       */
      readonly loadBalancer?: string | null;
    }
  /** A peer answered, but not with HTTP. */
  | { readonly kind: 'malformed'; readonly why: string }
  /** Refused, unreachable or timed out. */
  | { readonly kind: 'absent'; readonly why: string }
  /** This machine lacked the resources to ask. */
  | { readonly kind: 'not-asked'; readonly why: string };

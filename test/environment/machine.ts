/** Machines for the survey, with test files. */
import { join } from 'node:path';
import type { Machine } from '../../src/environment/types.ts';

interface Test {
  testdir(files: Record<string, string>): string;
}

/** A machine of glibc with these files instead of those under /etc; other files do not exist. */
export function machineWith(
  t: Test,
  files: {
    readonly resolvConf?: string;
    readonly upstream?: string;
    readonly hosts?: string;
    readonly nsswitch?: string;
    readonly hostConf?: string;
    readonly route?: string;
  },
  changes: Partial<Machine> = {},
): Machine {
  const folder = t.testdir(
    Object.fromEntries(
      Object.entries({
        'resolv.conf': files.resolvConf,
        upstream: files.upstream,
        hosts: files.hosts,
        nsswitch: files.nsswitch,
        'host.conf': files.hostConf,
        route: files.route,
      }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  );
  return {
    platform: 'linux',
    env: {},
    privileged: false,
    hostName: () => 'host-of-ours',
    interfaces: () => ({}),
    runtimeServers: () => [],
    resolverFiles: { configured: join(folder, 'resolv.conf'), upstream: join(folder, 'upstream') },
    hostsFile: join(folder, 'hosts'),
    sourcesFile: join(folder, 'nsswitch'),
    hostConfFile: join(folder, 'host.conf'),
    isMusl: false,
    outboundAddress: async () => null,
    routesFile: join(folder, 'route'),
    ...changes,
  };
}

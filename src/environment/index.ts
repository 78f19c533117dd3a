/** The survey: where we are, before anything is probed. */
import { printable } from '../../probes/printable.ts';
import type { Outside } from '../../probes/wire/outside.ts';
import type { Options } from '../config/types.ts';
import { readHostsFile } from './hosts-file.ts';
import { hasGlobalIPv6, localInterfaces, proxyVariables } from './local.ts';
import { askMetadata, type MetadataResult } from './metadata.ts';
import { systemResolvers } from './resolvers.ts';
import type { Survey } from './types.ts';

/**
 * Looks around. The metadata service is not asked when the user has given both cloud and region and only a
 * plan is wanted: then nothing at all is sent.
 * @param asking `always` for a run, `when-needed` for a plan
 */
export async function survey(
  options: Options,
  outside: Outside,
  signal: AbortSignal,
  asking: 'always' | 'when-needed',
): Promise<Survey> {
  const needed = asking === 'always' || options.cloud === null || options.region === null;
  const [metadata, resolvers, hostsFile] = await Promise.all([
    needed ? askMetadata(outside, signal) : null,
    systemResolvers(process.platform),
    readHostsFile(process.platform, process.env),
  ]);
  const given = options.dnsServer.length > 0;
  const servers = given ? options.dnsServer : resolvers.servers;
  const interfaces = localInterfaces();
  const known = metadata?.kind === 'present' ? metadata.metadata : null;
  return {
    environment: {
      cloud: options.cloud ?? known?.cloud ?? 'public',
      region: options.region ?? known?.region ?? null,
      vm: known?.vm ?? null,
      network: { interfaces, subnet: known?.subnet ?? null, subnetCapacity: null },
      dns: {
        servers: servers.map(serverName),
        source: given ? '--dns-server' : resolvers.source,
        searchDomains: resolvers.searchDomains.map((domain) => printable(domain, 255)),
        hostsFile: {
          path: hostsFile.path,
          entries: hostsFile.hosts.size,
          overrides: [],
        },
      },
      proxies: proxyVariables(process.env),
      clockOffsetMs: null,
      privileged: process.getuid?.() === 0,
      notes: given ? [] : [...resolvers.notes],
    },
    servers,
    searchDomains: resolvers.searchDomains,
    hosts: hostsFile.hosts,
    hasIPv6: hasGlobalIPv6(interfaces),
    metadata: metadata === null ? null : metadataControl(metadata),
  };
}

/** A server as the report names it: the port is said only when it is not 53. */
export function serverName({ address, port }: { address: string; port: number }): string {
  if (port === 53) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function metadataControl(result: MetadataResult): NonNullable<Survey['metadata']> {
  switch (result.kind) {
    case 'present':
      return control('expected', 'the instance metadata service answered');
    case 'absent':
      return control('unknown', `no instance metadata service at 169.254.169.254 (${result.why})`);
    case 'garbled':
      return control('anomalous', `169.254.169.254 is no instance metadata service: ${result.why}`);
  }
}

function control(
  outcome: 'expected' | 'anomalous' | 'unknown',
  text: string,
): NonNullable<Survey['metadata']> {
  return { name: 'metadata', outcome, detail: { text } };
}

import { AZURE_DNS, METADATA_ADDRESS } from '../model/azure.ts';
import type { PlannedControl } from './types.ts';

/** What a run sends beside the targets, for `plan --controls`. */
export const CONTROLS: readonly PlannedControl[] = [
  {
    name: 'metadata',
    destination: `${METADATA_ADDRESS}:80/tcp`,
    purpose: 'cloud, region, subnet and public address from the instance metadata service',
  },
  {
    name: 'dns-random-name',
    destination: 'the configured DNS servers',
    purpose: 'a random name under each service suffix must not resolve',
  },
  {
    name: 'dns-zone-authority',
    destination: `the configured DNS servers and ${AZURE_DNS}:53/udp`,
    purpose: 'the SOA of each service suffix, to see whether a private zone hides the public one',
  },
  {
    name: 'dns-search-domain',
    destination: 'the configured DNS servers',
    purpose: 'a random name under each search domain, and names that do not exist with the domain appended',
  },
  {
    name: 'azure-dns',
    destination: `${AZURE_DNS}:53/udp and tcp`,
    purpose: 'the names of the plan, asked of Azure’s own resolver',
  },
  {
    name: 'dns-other-address',
    destination: 'another address that a DNS server gives for a target that failed',
    purpose: 'the service may be there, where the configured server leads elsewhere',
  },
  {
    name: 'dns-second-answer',
    destination: 'the configured DNS servers',
    purpose: 'the names of the plan again at the end, to see whether the answers change',
  },
  {
    name: 'tcp-reserved-address',
    destination: '192.0.2.1:443/tcp',
    purpose: 'an address that no host has (RFC 5737) must not connect',
  },
  {
    name: 'tls-other-name',
    destination: 'addresses of targets whose TLS was cut',
    purpose: 'the same handshake with no name, and with another one',
  },
  {
    name: 'tls-large-hello',
    destination: 'one public address whose TLS worked',
    purpose: 'a ClientHello of two TCP segments, which some devices and paths lose',
  },
  {
    name: 'packet-size',
    destination: 'a few addresses of targets whose TLS ended in silence',
    purpose: 'handshakes that ask for a small and for a large reply',
  },
  {
    name: 'clock',
    destination: 'nothing of its own',
    purpose: 'this clock against NTP time and the Date of replies',
  },
];

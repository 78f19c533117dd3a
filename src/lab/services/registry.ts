import { HOSTS } from '../hosts.ts';
import type { ServiceName } from '../lab-host.ts';
import { certificateHost, type Published } from './certificates.ts';
import { entra } from './entra.ts';
import { eventHubs } from './event-hubs.ts';
import { configuration, developerPortal, gateway, management, scm } from './gateway.ts';
import { keyVault } from './key-vault.ts';
import { empty, type Service } from './reply.ts';
import { storageTable, storageXml } from './storage.ts';
import { updates } from './updates.ts';
import { insights, web } from './web.ts';

const UNKNOWN_HOST: Service = () => empty(400);

/** The HTTP service of each kind of host; hosts without HTTP are not here. */
const HTTP_SERVICES: Readonly<Partial<Record<ServiceName, Service>>> = {
  'storage-blob': storageXml,
  'storage-queue': storageXml,
  'storage-file': storageXml,
  'storage-table': storageTable,
  'key-vault': keyVault,
  'event-hubs': eventHubs,
  entra,
  monitor: web,
  insights,
  updates,
  web,
  gateway,
  'developer-portal': developerPortal,
  management,
  scm,
  configuration,
};

/** The one service behind every lab host: passes the request on by its Host header. */
export function byHost(published: Published): Service {
  const services = { ...HTTP_SERVICES, certificates: certificateHost(published) };
  const table = new Map<string, Service | undefined>(
    HOSTS.map(({ name, service }) => [name, services[service]]),
  );
  return (asked) => (table.get(asked.url.hostname) ?? UNKNOWN_HOST)(asked);
}

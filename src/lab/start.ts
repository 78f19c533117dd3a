import { createAuthority } from './authority.ts';
import { openNameServer } from './dns-server.ts';
import { HOSTS, PRIVATE_NAMES } from './hosts.ts';
import { httpFront } from './http-front.ts';
import { listen } from './listeners.ts';
import { Network } from './network.ts';
import { allRoutes, connectTo } from './routes.ts';
import type { Scenario } from './scenario.ts';
import { metadata } from './services/metadata.ts';
import { AZURE_DNS, MANAGED_REDIS_HOST, METADATA_ADDRESS, RESOURCES, TIME_SERVER, VIP } from './subnet.ts';
import { zoneData } from './zones.ts';

/** A running lab, which leaves nothing on disk, so that one that is killed leaves nothing behind. */
export interface Lab {
  /** The options that point the agent at it. */
  readonly options: Record<string, unknown>;
  /** The root of its Azure, as PEM, which is public in it. */
  readonly publicRoots: readonly string[];
  /** Roots, as PEM, that its user has handed in. */
  readonly roots: readonly string[];
  /** ms from a first attempt to the late one: nothing is lost by chance here, so no user has to wait for it. */
  readonly lateAfter: number;
  close(): Promise<void>;
}

const GENUINE = {
  root: 'C=US, O=apim-probe lab, CN=apim-probe lab root CA',
  issuer: 'C=US, O=Microsoft Corporation, CN=apim-probe lab TLS issuing CA',
};
const INSPECTION = {
  root: 'C=US, O=Contoso Security Gateway, CN=Contoso inspection root CA (apim-probe lab)',
  issuer: 'C=US, O=Contoso Security Gateway, CN=Contoso inspection CA (apim-probe lab)',
};

type Close = () => Promise<void>;

/** Starts everything that a scenario needs; a start that fails half-way closes what it had opened. */
export async function start(scenario: Scenario): Promise<Lab> {
  const closers: Close[] = [];
  const close = async () => {
    await Promise.all(closers.splice(0).map((closer) => closer()));
  };
  try {
    return { ...(await open(scenario, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(scenario: Scenario, closers: Close[]): Promise<Omit<Lab, 'close'>> {
  const authorities = await makeAuthorities();
  const healthy = zoneData(HOSTS, PRIVATE_NAMES);
  const dns = await openNameServer(scenario.dns?.(healthy) ?? healthy);
  closers.push(() => dns.close());
  const instance = await listen(httpFront(metadata));
  closers.push(() => instance.close());
  const network = new Network(authorities);
  closers.push(() => network.close());
  const routes = await Promise.all(
    allRoutes(scenario.routes ?? []).map(async ({ host, port, to }) =>
      connectTo(host, port, await network.portFor(to, port)),
    ),
  );
  const publicRoots = [authorities.genuine.rootPem];
  const roots = scenario.inspectionRootInCaFile === true ? [(await authorities.inspection()).rootPem] : [];
  const options = {
    dnsServer: [AZURE_DNS],
    connectTo: [
      connectTo(AZURE_DNS, 53, dns.port),
      connectTo(METADATA_ADDRESS, 80, instance.port),
      ...routes,
    ],
    storage: [RESOURCES.storage],
    sql: [RESOURCES.sql],
    keyVault: [RESOURCES.keyVault],
    eventHubs: [RESOURCES.eventHubs],
    redis: [RESOURCES.redis, MANAGED_REDIS_HOST],
    apim: RESOURCES.apim,
    vip: VIP,
    target: [`ntp://${TIME_SERVER}`],
    ...scenario.options,
  };
  return { options, roots, publicRoots, lateAfter: 0 };
}

async function makeAuthorities() {
  let inspection: ReturnType<typeof createAuthority> | undefined;
  return {
    genuine: await createAuthority(GENUINE),
    inspection() {
      inspection ??= createAuthority(INSPECTION);
      return inspection;
    },
  };
}

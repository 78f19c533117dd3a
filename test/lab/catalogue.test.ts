import t from 'tap';
import { catalogFor } from '../../src/catalog/index.ts';
import { HOSTS } from '../../src/lab/hosts.ts';
import { PORTS } from '../../src/lab/routes.ts';
import { MANAGED_REDIS_HOST, REGION, RESOURCES } from '../../src/lab/subnet.ts';

const VALUES: Readonly<Record<string, string>> = {
  ...RESOURCES,
  region: REGION,
  managedRedis: MANAGED_REDIS_HOST,
};

t.test('the lab answers for every testable host of the public cloud, on every port', async (t) => {
  const known = new Set(HOSTS.map(({ name }) => name));
  const rows = catalogFor('public').filter(({ notTestable }) => notTestable === undefined);
  const hosts = rows.flatMap((row) => row.hosts.public ?? []);
  t.ok(hosts.length > 50);
  const missing = hosts
    .map((host) => host.replace(/\{(\w+)\}/g, (_, key: string) => VALUES[key] ?? `<${key}>`))
    .filter((host) => !known.has(host));
  t.same(missing, []);
  t.same(
    rows.flatMap(({ ports }) => ports).filter((port) => !PORTS.has(port)),
    [],
  );
});

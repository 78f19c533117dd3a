import t from 'tap';
import { parseResourceName, type ResourceKind, serviceSuffixes } from '../../src/catalog/index.ts';
import { CLOUDS, type Cloud } from '../../src/model/vocabulary.ts';

const KINDS = ['storage', 'sql', 'keyVault', 'eventHubs', 'redis'] as const;

function error(kind: ResourceKind, value: string, cloud: Cloud = 'public'): string {
  const result = parseResourceName(kind, value, cloud);
  if (result.ok) throw new Error(`${value} was taken as ${result.name}`);
  return result.error;
}

t.test('a bare name and every public host of it give the same name', async (t) => {
  for (const cloud of CLOUDS) {
    for (const kind of KINDS) {
      const expected = { ok: true, placeholder: kind, name: 'contoso1' };
      t.same(parseResourceName(kind, 'contoso1', cloud), expected);
      const suffixes = serviceSuffixes(cloud).filter(({ placeholder }) => placeholder === kind);
      t.equal(suffixes.length, kind === 'storage' ? 4 : 1);
      for (const { suffix } of suffixes) {
        t.same(parseResourceName(kind, `contoso1.${suffix}`, cloud), expected);
        t.same(parseResourceName(kind, ` Contoso1.${suffix.toUpperCase()}. `, cloud), expected);
      }
    }
  }
});

t.test('a host of another cloud is refused with both ways out', async (t) => {
  t.equal(
    error('sql', 'srv.database.usgovcloudapi.net'),
    "--sql: 'srv.database.usgovcloudapi.net' is a host of the government cloud, and this run is for public. " +
      "Set --cloud government, or give a name such as 'contoso' or its host 'contoso.database.windows.net'.",
  );
  for (const cloud of CLOUDS) {
    for (const other of CLOUDS.filter((candidate) => candidate !== cloud)) {
      for (const { placeholder, suffix } of serviceSuffixes(other)) {
        const kind = KINDS.find((candidate) => candidate === placeholder);
        if (kind) t.match(error(kind, `contoso.${suffix}`, cloud), `--cloud ${other}`);
      }
    }
  }
});

t.test('a name of a private zone is refused with its public name', async (t) => {
  t.match(
    error('storage', 'acct.privatelink.blob.core.windows.net'),
    /Give the public name, 'acct\.blob\.core\.windows\.net'\.$/,
  );
  t.match(error('keyVault', 'kv.privatelink.vaultcore.azure.net'), "'kv.vault.azure.net'.");
  t.match(
    error('keyVault', 'kv.privatelink.vaultcore.azure.cn'),
    "'kv.vault.azure.cn', and --cloud china with it.",
  );
  t.match(error('redis', 'c.westeurope.privatelink.redis.azure.net'), "'c.westeurope.redis.azure.net'.");
  for (const cloud of CLOUDS) {
    for (const { placeholder, privateZone, suffix } of serviceSuffixes(cloud)) {
      const kind = KINDS.find((candidate) => candidate === placeholder);
      if (kind && privateZone) {
        t.match(error(kind, `contoso.${privateZone}`, cloud), `'contoso.${suffix}'`);
      }
    }
  }
});

t.test('a host of another service is refused with its option', async (t) => {
  t.match(error('sql', 'acct.blob.core.windows.net'), 'is a host for --storage.');
  t.match(error('storage', 'kv.vault.azure.net'), 'is a host for --key-vault.');
  t.match(error('storage', 'contoso.azure-api.net'), 'is a host for --apim.');
  t.match(
    error('eventHubs', 'contoso.example.com'),
    'is not the name of any Event Hubs namespace of the public cloud.',
  );
});

t.test('what can be no name at all', async (t) => {
  const storage = /is not a storage account: its name has 3 to 24 letters and digits/;
  for (const value of ['ab', 'a'.repeat(25), 'my-acct', 'acct-secondary.blob.core.windows.net']) {
    t.match(error('storage', value), storage, value);
  }
  for (const value of [
    '-a',
    'a-',
    'a'.repeat(64),
    'mi.abc123.database.windows.net',
    '.database.windows.net',
  ]) {
    t.match(error('sql', value), /is not a name: give 1 to 63 letters/, value);
  }
  for (const value of ['', ' ', '.', 'a b', 'a_b', 'vault:443', 'ä', 'a/b', 'a.'.repeat(200)]) {
    t.match(error('keyVault', value), /^--key-vault: '.*' is not a host name\./s, value);
  }
  for (const value of ['ab', 'a'.repeat(25), '1vault', 'vault-', 'ab.vault.azure.net']) {
    t.match(error('keyVault', value), /is not a key vault: its name has 3 to 24 letters/, value);
  }
  t.match(error('redis', 'a..b'), 'is not the name of any Redis cache');
});

t.test('a secret in a value is not repeated', async (t) => {
  const secrets = [
    'https://acct.blob.core.windows.net/c?sv=2024&sig=Zm9vYmFyZm9vYmFy',
    'https://user:Zm9vYmFyZm9vYmFy@acct.blob.core.windows.net/',
    'DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=Zm9vYmFyZm9vYmFy==',
    'AccountKey=Zm9vYmFyZm9vYmFy==',
  ];
  for (const value of secrets) t.notMatch(error('storage', value), 'mFyZm9v', value);
  t.match(error('storage', secrets[0] ?? ''), "'…acct.blob.core.windows.net…' is not a host name");
});

t.test('a Redis host under no known suffix is a managed one, taken in full', async (t) => {
  t.same(parseResourceName('redis', 'Cache.westeurope.redis.azure.net', 'public'), {
    ok: true,
    placeholder: 'managedRedis',
    name: 'cache.westeurope.redis.azure.net',
  });
});

t.test('service suffixes: each once, with the private zones of the documents', async (t) => {
  for (const cloud of CLOUDS) {
    const suffixes = serviceSuffixes(cloud).map(({ suffix }) => suffix);
    t.equal(suffixes.length, 9);
    t.equal(new Set(suffixes).size, 9);
  }
  const zone = (cloud: Cloud, group: string) =>
    serviceSuffixes(cloud).find((candidate) => candidate.group === group)?.privateZone;
  t.equal(zone('public', 'storage-queue'), 'privatelink.queue.core.windows.net');
  t.equal(zone('public', 'key-vault'), 'privatelink.vaultcore.azure.net');
  t.equal(zone('government', 'key-vault'), 'privatelink.vaultcore.usgovcloudapi.net');
  t.equal(zone('china', 'event-hubs'), 'privatelink.servicebus.chinacloudapi.cn');
  t.equal(zone('public', 'gateway'), 'privatelink.azure-api.net');
  t.equal(zone('government', 'gateway'), null);
  t.equal(zone('china', 'gateway'), null);
});

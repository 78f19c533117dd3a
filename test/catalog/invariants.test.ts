import t from 'tap';
import { kindOfPath } from '../../probes/known-file.ts';
import { PROTOCOLS } from '../../probes/protocols.ts';
import { DOCUMENTS } from '../../src/catalog/documents.ts';
import { catalogFor } from '../../src/catalog/index.ts';
import { PLACEHOLDERS } from '../../src/catalog/types.ts';
import { GATEWAY_ROLES } from '../../src/config/types.ts';
import { CLOUDS, GROUPS } from '../../src/model/vocabulary.ts';
import { hostsOf, linesOf } from './rows.ts';

const ISO_DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const HOST = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/;

const ALL_ROWS = [...new Set(CLOUDS.flatMap((cloud) => catalogFor(cloud)))];
const named = (row: (typeof ALL_ROWS)[number]) =>
  `${row.group} ${row.peer ?? Object.values(row.hosts)[0]?.[0]} ${row.ports.join()}`;

for (const cloud of CLOUDS) {
  t.test(`${cloud}: every line is there once`, async (t) => {
    const ids = linesOf(cloud).map(({ id }) => id);
    t.same(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
  });

  t.test(`${cloud}: every host is a name, a template of known placeholders, or a wildcard`, async (t) => {
    for (const host of hostsOf(cloud)) {
      const placeholders = [...host.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
      for (const name of placeholders) t.ok((PLACEHOLDERS as readonly unknown[]).includes(name), host);
      // Managed Redis is the one template that is a whole host name.
      const filled = host.replace('{managedRedis}', 'c.region.example').replace(/\{[^}]*\}/g, 'x');
      t.match(filled.replace(/^\*\./, ''), HOST, host);
    }
  });

  t.test(`${cloud}: every group of the contract that must be reached has a required test`, async (t) => {
    const required = (platform: 'stv2' | 'stv1') =>
      new Set(
        catalogFor(cloud)
          .filter((row) => row.required[platform] && row.notTestable === undefined)
          .map(({ group }) => group),
      );
    const always = ['storage-blob', 'storage-table', 'sql', 'azure-monitor', 'certificates'];
    const withInstance = ['gateway'];
    t.same([...required('stv2')].sort(), [...always, ...withInstance, 'key-vault'].sort());
    t.same([...required('stv1')].sort(), [...always, ...withInstance].sort());
  });

  t.test(`${cloud}: every group of the report but custom is in the catalogue`, async (t) => {
    const groups = new Set(catalogFor(cloud).map(({ group }) => group));
    // No CAPTCHA host is known for China.
    const expected = GROUPS.filter(
      (group) => group !== 'custom' && (group !== 'captcha' || cloud !== 'china'),
    );
    t.same([...groups].sort(), [...expected].sort());
  });

  t.test(`${cloud}: each role of --hostname has its endpoint`, async (t) => {
    const roles = new Set(catalogFor(cloud).flatMap(({ role }) => role ?? []));
    const expected = GATEWAY_ROLES.filter((role) => role !== 'configuration' || cloud === 'public');
    t.same([...roles].sort(), [...expected].sort());
  });
}

t.test('government and China name no resource by a suffix of another cloud', async (t) => {
  const foreign = {
    government: /\.windows\.net$|\.azure\.(com|net|cn)$|azure-api\.(net|cn)$|chinacloudapi|digicert\.cn$/,
    china:
      /\.windows\.net$|\.azure\.(com|net|us)$|azure-api\.(net|us)$|usgovcloudapi|microsoftonline\.(com|us)$/,
    public: /usgovcloudapi|chinacloudapi|\.azure\.(us|cn)$|azure-api\.(us|cn)$|\.(us|cn)$/,
  };
  for (const cloud of CLOUDS) {
    t.same(
      [...hostsOf(cloud)].filter((host) => foreign[cloud].test(host)),
      [],
      cloud,
    );
  }
});

t.test('ports are ports, and none is given twice in a row', async (t) => {
  for (const row of ALL_ROWS) {
    t.ok(row.ports.length > 0, named(row));
    t.equal(new Set(row.ports).size, row.ports.length, named(row));
    for (const port of row.ports) t.ok(Number.isInteger(port) && port >= 1 && port <= 65535, named(row));
  }
});

t.test('a protocol goes with its port', async (t) => {
  const usual: Readonly<Record<string, readonly number[]>> = {
    http: [80],
    https: [443, 1886, 3443],
    tds: [1433],
    smb: [445],
    amqp: [5672],
    amqps: [5671],
    smtp: [25, 587, 25028],
    kms: [1688],
    rediss: [6380, 10000],
    ntp: [123],
    dns: [53],
    tcp: [4290, 6381, 6382, 6383, 6390, 6391, 12000],
  };
  for (const row of ALL_ROWS) {
    t.ok(PROTOCOLS.includes(row.protocol), named(row));
    for (const port of row.ports) t.ok(usual[row.protocol]?.includes(port), `${named(row)} ${row.protocol}`);
  }
});

t.test('only time, names and counters go over UDP', async (t) => {
  const ports = ALL_ROWS.filter(({ transport }) => transport === 'udp').flatMap((row) => row.ports);
  t.same([...new Set(ports)].sort(), [123, 4290, 53]);
  t.notOk(ALL_ROWS.some(({ transport }) => transport === 'icmp'));
});

t.test('every row bears a document of the list, and dates in order', async (t) => {
  const known = Object.values(DOCUMENTS).map(({ document, asOf }) => `${document}, ${asOf}`);
  for (const row of ALL_ROWS) {
    const { document, asOf } = row.source;
    t.ok(known.includes(`${document}, ${asOf}`), named(row));
    for (const date of [asOf, row.since, row.until]) if (date !== undefined) t.match(date, ISO_DATE);
    if (row.until !== undefined) {
      t.ok(row.since !== undefined && row.since <= row.until, `${named(row)}: since ≤ until`);
      t.notOk(row.required.stv2 || row.required.stv1, `${named(row)}: dropped, so optional`);
      t.ok(asOf <= row.until, `${named(row)}: no newer document than the last that lists it`);
    }
  }
});

t.test('every document is cited', async (t) => {
  const dates = new Set(
    ALL_ROWS.flatMap((row) => [row.source.asOf, row.since, row.until, row.file?.asOf, row.v2?.asOf]),
  );
  t.same(
    Object.values(DOCUMENTS).filter(({ asOf }) => !dates.has(asOf)),
    [],
  );
});

t.test('not testable are wildcards, inbound rules and rules without a host, and nothing else', async (t) => {
  for (const row of ALL_ROWS) {
    const hosts = Object.values(row.hosts).flat();
    const wildcards = hosts.filter((host) => host.startsWith('*.'));
    t.ok(wildcards.length === 0 || wildcards.length === hosts.length, `${named(row)}: all wildcards or none`);
    t.equal(row.peer !== undefined, hosts.length === 0, `${named(row)}: a peer stands in for a host`);
    t.equal(
      row.notTestable !== undefined,
      wildcards.length > 0 || row.direction === 'inbound' || hosts.length === 0,
      named(row),
    );
    if (row.peer !== undefined) t.match(row.peer, /^<[a-z-]+>$/);
    t.not(row.notTestable, '');
  }
});

t.test('a path is given for what HTTP can ask, and for nothing else', async (t) => {
  for (const row of ALL_ROWS) {
    const asked = /^https?$/.test(row.protocol) && row.notTestable === undefined;
    t.equal(row.path !== undefined, asked, named(row));
    if (row.path !== undefined) t.match(row.path, /^\/[\x21-\x7e]*$/);
  }
});

t.test('a path with the ending of a file has a provenance for it, and no other path', async (t) => {
  const known = Object.values(DOCUMENTS).map(({ document, asOf }) => `${document}, ${asOf}`);
  for (const row of ALL_ROWS) {
    const isFile = row.conversation === 'certificates' && row.path !== undefined && row.path !== '/';
    t.equal(row.file !== undefined, isFile, named(row));
    t.equal(
      row.path !== undefined && kindOfPath(row.path) !== null && row.protocol === 'http',
      isFile,
      named(row),
    );
    if (row.file !== undefined) t.ok(known.includes(`${row.file.document}, ${row.file.asOf}`), named(row));
  }
});

t.test('every current certificate host whose files are known is asked for one', async (t) => {
  const without = ALL_ROWS.filter(
    ({ group, notTestable, until, file }) =>
      group === 'certificates' && notTestable === undefined && until === undefined && file === undefined,
  );
  t.same(
    without.flatMap(({ hosts }) => Object.values(hosts).flat()),
    ['ocsp.digicert.cn'],
  );
});

t.test('every text is a sentence or a phrase', async (t) => {
  for (const row of ALL_ROWS) {
    t.match(row.purpose, /^\S.*\S$/);
    if (row.why !== undefined) t.match(row.why, /[.]$/, named(row));
    if (row.notTestable !== undefined) t.match(row.notTestable, /[.]$/, named(row));
  }
});

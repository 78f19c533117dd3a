/** The catalogue against the documents: their tables, typed in again by hand. */
import 'reflect-metadata';
import { createHash, X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import * as x509 from '@peculiar/x509';
import t from 'tap';
import { absencesFor, catalogFor } from '../../src/catalog/index.ts';
import { CLOUDS, type Cloud } from '../../src/model/vocabulary.ts';
import { BRIDGE, ISSUER } from '../servers/public-certificates.ts';
import { hostsOf, linesOf, rowOf } from './rows.ts';

const EVERY_CLOUD_OR_REASON = `
  gcs.prod.monitoring.core.windows.net global.prod.microsoftmetrics.com shoebox2.prod.microsoftmetrics.com
  shoebox2-red.prod.microsoftmetrics.com shoebox2-black.prod.microsoftmetrics.com
  prod3.prod.microsoftmetrics.com prod3-black.prod.microsoftmetrics.com prod3-red.prod.microsoftmetrics.com
  gcs.prod.warm.ingestion.monitoring.azure.com
  fairfax.warmpath.usgovcloudapi.net mooncake.warmpath.chinacloudapi.cn
  prod5.prod.microsoftmetrics.com prod5-black.prod.microsoftmetrics.com prod5-red.prod.microsoftmetrics.com
  gcs.prod.warm.ingestion.monitoring.azure.us gcs.prod.warm.ingestion.monitoring.azure.cn
  prod.warmpath.msftcloudes.com prod.warm.ingestion.msftcloudes.com {region}.warm.ingestion.msftcloudes.com
  shoebox2.metrics.nsatc.net prod3.metrics.nsatc.net prod3-black.prod3.metrics.nsatc.net
  prod3-red.prod3.metrics.nsatc.net prod2.metrics.nsatc.net
  shoebox2-red.shoebox2.metrics.nsatc.net shoebox2-black.shoebox2.metrics.nsatc.net
  qos.prod.warm.ingest.monitor.core.windows.net {region}-shared.prod.warm.ingest.monitor.core.windows.net
  flighting.cp.wd.microsoft.com client.wns.windows.com v10.events.data.microsoft.com
  {region}.login.microsoft.com login.microsoftonline.com login.windows.net
  login.microsoftonline.us login.chinacloudapi.cn login.partner.microsoftonline.cn
  ocsp.msocsp.com oneocsp.msocsp.com mscrl.microsoft.com crl.microsoft.com csp.digicert.com
  cacerts.digicert.com cacerts.digicert.cn cacerts.geotrust.com caissuers.microsoft.com www.microsoft.com
  crl3.digicert.com crl4.digicert.com crl.digicert.cn ocsp.digicert.com ocsp.digicert.cn oneocsp.microsoft.com
  crl2.microsoft.com
  azurewatsonanalysis-prod.core.windows.net *.data.microsoft.com azureprofiler.trafficmanager.net
  shavamanifestazurecdnprod1.azureedge.net shavamanifestcdnprod1.azureedge.net issuer.pki.azure.com
  *.update.microsoft.com *.ctldl.windowsupdate.com ctldl.windowsupdate.com download.windowsupdate.com
  go.microsoft.com wdcp.microsoft.com wdcpalt.microsoft.com
  smtpi-co1.msn.com smtpi-ch1.msn.com smtpi-db3.msn.com smtpi-sin.msn.com ies.global.microsoft.com
  client.hip.live.com partner.hip.live.com partner.prod.repmap.microsoft.com
  partner.prod.repmap.microsoft.us
  dc.services.visualstudio.com dc.applicationinsights.us dc.applicationinsights.azure.cn
  rt.services.visualstudio.com {region}.livediagnostics.monitor.azure.com
  *.in.applicationinsights.azure.com *.in.applicationinsights.azure.us management.azure.com
  azkms.core.windows.net kms.core.windows.net azkms.core.usgovcloudapi.net kms.core.usgovcloudapi.net
  azkms.core.chinacloudapi.cn kms.core.chinacloudapi.cn kms.core.cloudapi.de
`
  .trim()
  .split(/\s+/);

/** The resources and endpoints that differ by suffix alone. */
const PER_CLOUD: Readonly<Record<Cloud, readonly string[]>> = {
  public: [
    '{storage}.blob.core.windows.net',
    '{storage}.table.core.windows.net',
    '{storage}.queue.core.windows.net',
    '{storage}.file.core.windows.net',
    '{sql}.database.windows.net',
    '{keyVault}.vault.azure.net',
    '{eventHubs}.servicebus.windows.net',
    '{redis}.redis.cache.windows.net',
    '{apim}.azure-api.net',
    '{apim}.portal.azure-api.net',
    '{apim}.developer.azure-api.net',
    '{apim}.management.azure-api.net',
    '{apim}.scm.azure-api.net',
    '{apim}.configuration.azure-api.net',
    '{apim}-{region}-01.regional.azure-api.net',
  ],
  government: [
    '{storage}.blob.core.usgovcloudapi.net',
    '{storage}.table.core.usgovcloudapi.net',
    '{storage}.queue.core.usgovcloudapi.net',
    '{storage}.file.core.usgovcloudapi.net',
    '{sql}.database.usgovcloudapi.net',
    '{keyVault}.vault.usgovcloudapi.net',
    '{eventHubs}.servicebus.usgovcloudapi.net',
    '{redis}.redis.cache.usgovcloudapi.net',
    '{apim}.azure-api.us',
    '{apim}.portal.azure-api.us',
    '{apim}.developer.azure-api.us',
    '{apim}.management.azure-api.us',
    '{apim}.scm.azure-api.us',
  ],
  china: [
    '{storage}.blob.core.chinacloudapi.cn',
    '{storage}.table.core.chinacloudapi.cn',
    '{storage}.queue.core.chinacloudapi.cn',
    '{storage}.file.core.chinacloudapi.cn',
    '{sql}.database.chinacloudapi.cn',
    '{keyVault}.vault.azure.cn',
    '{eventHubs}.servicebus.chinacloudapi.cn',
    '{redis}.redis.cache.chinacloudapi.cn',
    '{apim}.azure-api.cn',
    '{apim}.portal.azure-api.cn',
    '{apim}.developer.azure-api.cn',
    '{apim}.management.azure-api.cn',
    '{apim}.scm.azure-api.cn',
  ],
};

t.test('every host of the documents is in a catalogue or left out with a reason', async (t) => {
  const listed = new Set(CLOUDS.flatMap((cloud) => [...hostsOf(cloud)]));
  const absent = new Set(CLOUDS.flatMap((cloud) => absencesFor(cloud).flatMap(({ hosts }) => hosts)));
  t.same(
    EVERY_CLOUD_OR_REASON.filter((host) => !listed.has(host) && !absent.has(host)),
    [],
  );
});

t.test('the catalogue names no host that the documents do not', async (t) => {
  for (const cloud of CLOUDS) {
    const known = new Set([...EVERY_CLOUD_OR_REASON, ...PER_CLOUD[cloud], '{managedRedis}']);
    t.same(
      [...hostsOf(cloud)].filter((host) => !known.has(host)),
      [],
      cloud,
    );
  }
});

t.test('every resource and endpoint has the suffix of its cloud', async (t) => {
  for (const cloud of CLOUDS) {
    const hosts = hostsOf(cloud);
    t.same(
      PER_CLOUD[cloud].filter((host) => !hosts.has(host)),
      [],
      cloud,
    );
  }
});

t.test('what a cloud leaves out it really leaves out, and what it does not it has', async (t) => {
  for (const cloud of CLOUDS) {
    const hosts = hostsOf(cloud);
    const absent = absencesFor(cloud).flatMap((absence) => absence.hosts);
    t.same(
      absent.filter((host) => hosts.has(host)),
      [],
      cloud,
    );
    for (const { reason } of absencesFor(cloud)) t.match(reason, /\.$/);
    // A host of the public cloud is in the other clouds too, is replaced there, or has a reason.
    const replaced = new Set(
      `
      gcs.prod.monitoring.core.windows.net gcs.prod.warm.ingestion.monitoring.azure.com
      login.microsoftonline.com dc.services.visualstudio.com *.in.applicationinsights.azure.com
      azkms.core.windows.net kms.core.windows.net
      partner.prod.repmap.microsoft.com
    `
        .trim()
        .split(/\s+/),
    );
    const retired = new Set(
      catalogFor('public')
        .filter(({ until }) => until !== undefined)
        .flatMap((row) => row.hosts.public ?? []),
    );
    t.same(
      [...hostsOf('public')].filter(
        (host) =>
          !hosts.has(host) &&
          !absent.includes(host) &&
          !replaced.has(host) &&
          !retired.has(host) &&
          !PER_CLOUD.public.includes(host),
      ),
      [],
      cloud,
    );
  }
});

t.test('the metrics hosts of each cloud', async (t) => {
  const metrics = (cloud: Cloud) =>
    linesOf(cloud)
      .filter(({ host, port }) => host.endsWith('.prod.microsoftmetrics.com') && port === 1886)
      .map(({ host }) => host.replace('.prod.microsoftmetrics.com', ''))
      .sort();
  const shared = ['global', 'prod3', 'prod3-red', 'shoebox2', 'shoebox2-black', 'shoebox2-red'];
  const prod5 = ['prod5', 'prod5-black', 'prod5-red'];
  t.same(metrics('public'), [...shared, 'prod3-black'].sort());
  t.same(metrics('government'), [...shared, ...prod5, 'prod3-black'].sort());
  t.same(metrics('china'), [...shared, ...prod5].sort());
});

t.test('SQL is 1433 and nothing else', async (t) => {
  for (const cloud of CLOUDS) {
    const rows = catalogFor(cloud).filter(({ group }) => group === 'sql');
    t.same(
      rows.map(({ ports }) => ports),
      [[1433]],
    );
    t.match(rows[0], {
      resourceType: 'SQLDatabase',
      protocol: 'tds',
      serviceTag: 'Sql',
      required: { stv2: true },
    });
  }
});

t.test('exactly these lines are required of the public cloud on stv2', async (t) => {
  const required = linesOf('public').filter(({ row }) => row.required.stv2);
  t.same(
    required
      .filter(({ row }) => row.notTestable === undefined)
      .map(({ id }) => id)
      .sort(),
    [
      'azure-monitor/gcs.prod.monitoring.core.windows.net:443',
      'certificates/cacerts.digicert.com:80',
      'certificates/cacerts.geotrust.com:80',
      'certificates/caissuers.microsoft.com:80',
      'certificates/crl3.digicert.com:80',
      'certificates/crl4.digicert.com:80',
      'certificates/ocsp.digicert.com:80',
      'certificates/oneocsp.microsoft.com:80',
      'certificates/www.microsoft.com:80',
      'gateway/{apim}.azure-api.net:443',
      'key-vault/{keyVault}.vault.azure.net:443',
      'sql/{sql}.database.windows.net:1433',
      'storage-blob/{storage}.blob.core.windows.net:443',
      'storage-table/{storage}.table.core.windows.net:443',
    ],
  );
  t.same(
    required
      .filter(({ row }) => row.notTestable !== undefined)
      .map(({ id }) => id)
      .sort(),
    [
      'azure-monitor/<azure-monitor>:1886',
      'control-plane/<api-management>:3443',
      'dns/<dns-servers-tcp>:53',
      'dns/<dns-servers-udp>:53',
      'infrastructure/<azure-load-balancer>:6390',
    ],
  );
});

t.test('each sovereign cloud requires its own monitor host, marked as inferred', async (t) => {
  for (const [cloud, host] of [
    ['government', 'fairfax.warmpath.usgovcloudapi.net'],
    ['china', 'mooncake.warmpath.chinacloudapi.cn'],
  ] as const) {
    const row = rowOf(cloud, `azure-monitor/${host}:443`);
    t.same(row.required, { stv2: true, stv1: true });
    t.match(row.why, /inference/);
  }
});

t.test('Chinese certificate hosts are required in China and asked for nowhere else', async (t) => {
  for (const host of ['cacerts.digicert.cn', 'crl.digicert.cn', 'ocsp.digicert.cn']) {
    t.ok(rowOf('china', `certificates/${host}:80`).required.stv2);
    t.notOk(hostsOf('public').has(host));
    t.notOk(hostsOf('government').has(host));
  }
});

t.test('what the documents dropped stays, with its dates', async (t) => {
  const dates = (id: string, cloud: Cloud = 'public') => {
    const { since, until } = rowOf(cloud, id);
    return [since, until];
  };
  t.same(dates('smtp/smtpi-co1.msn.com:25028'), ['2019-03-01', '2021-04-12']);
  t.same(dates('smtp/smtpi-ch1.msn.com:25'), ['2019-03-01', '2022-08-01']);
  t.same(dates('smtp/<smtp-relay>:587', 'china'), ['2019-03-01', '2021-04-12']);
  t.same(dates('storage-file/{storage}.file.core.windows.net:445'), ['2019-03-01', '2023-08-29']);
  t.same(dates('storage-blob/<storage-west-us>:443'), ['2021-04-12', '2023-08-29']);
  t.same(dates('infrastructure/<any>:12000'), ['2023-08-29', '2025-06-17']);
  t.same(dates('infrastructure/<azure-cloud>:12000'), ['2021-04-12', '2023-08-29']);
  t.same(dates('azure-monitor/<azure-monitor>:12000'), ['2026-04-10', '2026-04-10']);
  t.same(dates('redis/{redis}.redis.cache.windows.net:6380'), ['2023-08-29', '2026-04-10']);
  t.same(dates('redis/{managedRedis}:10000'), ['2026-04-30', undefined]);
  t.same(dates('certificates/crl.microsoft.com:80'), ['2019-03-01', '2026-04-10']);
  t.same(dates('certificates/csp.digicert.com:80'), ['2023-08-29', '2026-04-10']);
  t.same(dates('certificates/ocsp.msocsp.com:80'), ['2019-03-01', '2023-08-29']);
  t.same(dates('captcha/client.hip.live.com:443'), ['2019-03-01', '2025-09-30']);
  t.same(dates('gateway/{apim}.scm.azure-api.net:443'), ['2022-01-03', '2025-03-15']);
  t.same(dates('control-plane/{apim}.management.azure-api.net:443', 'public'), ['2022-01-03', '2025-03-15']);
  t.same(dates('azure-monitor/prod.warmpath.msftcloudes.com:443'), ['2019-03-01', '2022-08-01']);
});

t.test('the inbound rules', async (t) => {
  const inbound = linesOf('public')
    .filter(({ row }) => row.direction === 'inbound')
    .map(({ id, row }) => `${id} ${row.transport} ${row.serviceTag}`);
  t.same(inbound.sort(), [
    'control-plane/<api-management>:3443 tcp ApiManagement',
    'gateway/<internet>:443 tcp Internet',
    'gateway/<internet>:80 tcp Internet',
    'infrastructure/<azure-load-balancer>:6390 tcp AzureLoadBalancer',
    'infrastructure/<azure-load-balancer>:6391 tcp AzureLoadBalancer',
    'infrastructure/<azure-traffic-manager>:443 tcp AzureTrafficManager',
    'infrastructure/<virtual-network-inbound>:4290 udp VirtualNetwork',
    'infrastructure/<virtual-network-inbound>:6381 tcp VirtualNetwork',
    'infrastructure/<virtual-network-inbound>:6382 tcp VirtualNetwork',
    'infrastructure/<virtual-network-inbound>:6383 tcp VirtualNetwork',
    'redis/<virtual-network-inbound>:10000 tcp VirtualNetwork',
    'redis/<virtual-network-inbound>:6380 tcp VirtualNetwork',
  ]);
});

t.test('every outbound row of the port table is there', async (t) => {
  const table: readonly (readonly [tag: string | null, port: number])[] = [
    ['Internet', 80],
    ['Storage', 443],
    ['Storage', 445],
    ['Storage', 80],
    ['Sql', 1433],
    ['AzureKeyVault', 443],
    ['AzureMonitor', 443],
    ['AzureMonitor', 1886],
    ['AzureMonitor', 12000],
    ['AzureActiveDirectory', 443],
    ['AzureActiveDirectory', 80],
    ['AzureConnectors', 443],
    ['EventHub', 443],
    ['EventHub', 5671],
    ['EventHub', 5672],
    ['AzureCloud', 443],
    ['AzureCloud', 12000],
    ['Internet', 25],
    ['Internet', 587],
    ['Internet', 25028],
    ['VirtualNetwork', 6380],
    ['VirtualNetwork', 10000],
    ['VirtualNetwork', 6381],
    ['VirtualNetwork', 6382],
    ['VirtualNetwork', 6383],
    ['VirtualNetwork', 4290],
    [null, 53],
    [null, 123],
    [null, 1688],
    [null, 12000],
  ];
  for (const cloud of CLOUDS) {
    const outbound = linesOf(cloud).filter(({ row }) => row.direction === 'outbound');
    for (const [tag, port] of table) {
      t.ok(
        outbound.some((line) => line.row.serviceTag === tag && line.port === port),
        `${cloud}: ${tag} ${port}`,
      );
    }
  }
});

t.test('the resource types of NetworkStatus', async (t) => {
  const word = (id: string) => rowOf('public', id).resourceType;
  t.equal(word('storage-blob/{storage}.blob.core.windows.net:443'), 'BlobStorage');
  t.equal(word('storage-table/{storage}.table.core.windows.net:443'), 'TableStorage');
  t.equal(word('storage-queue/{storage}.queue.core.windows.net:443'), 'Queue');
  t.equal(word('storage-file/{storage}.file.core.windows.net:445'), 'FileStorage');
  t.equal(word('smtp/<smtp-queue>:443'), 'SmtpQueue');
  t.equal(word('key-vault/{keyVault}.vault.azure.net:443'), 'AzureKeyVault');
  t.equal(word('azure-monitor/gcs.prod.monitoring.core.windows.net:443'), 'Monitoring');
  t.equal(word('azure-monitor/prod3.prod.microsoftmetrics.com:1886'), 'Metrics');
  t.equal(word('entra-id/login.windows.net:443'), 'AzureActiveDirectory');
  t.equal(word('entra-id/{region}.login.microsoft.com:443'), 'RegionalAzureActiveDirectory');
  t.equal(word('captcha/partner.prod.repmap.microsoft.com:443'), 'CaptchaEndpoint');
  t.equal(
    word('portal-diagnostics/dc.services.visualstudio.com:443'),
    'ApplicationInsightsIngestionEndpoint',
  );
  t.equal(
    word('control-plane/{apim}.management.azure-api.net:3443'),
    'ApiManagement Control Plane - inbound',
  );
  t.equal(word('infrastructure/<virtual-network>:6381'), 'InternalCache');
  t.equal(word('gateway/{apim}.scm.azure-api.net:443'), 'SourceControl');
  t.equal(word('smtp/smtpi-ch1.msn.com:25028'), 'Email');
});

t.test('certificates of Microsoft name the paths of certificate hosts', async (t) => {
  const named = [BRIDGE, ISSUER].flatMap((pem) =>
    [
      ...new X509Certificate(pem).raw
        .toString('latin1')
        .matchAll(/http:\/\/[\x21-\x7e]+?(?:\.crt|\.crl|\.com\/ocsp|\.com(?=0))/g),
    ].map(([url]) => url),
  );
  const paths = linesOf('public').filter(
    ({ row }) => row.file?.evidence === 'certificate' && row.until === undefined,
  );
  for (const { host, row } of paths) {
    const url = `http://${host}${row.path}`;
    if (row.file?.document.includes('Issuing CA 01')) continue;
    t.ok(
      named.some((start) => (/ocsp/.test(host) ? url.startsWith(`${start}/`) : url === start)),
      url,
    );
  }
  t.ok(paths.length >= 6);
});

t.test('each OCSP request asks about a certificate that exists', async (t) => {
  const roots = tls.rootCertificates.map((pem) => new x509.X509Certificate(pem));
  const bridge = new x509.X509Certificate(BRIDGE);
  const digicert = roots.find(({ subject }) => subject === bridge.issuer);
  for (const [id, certificate, issuer] of [
    ['certificates/ocsp.digicert.com:80', bridge, digicert],
    ['certificates/oneocsp.microsoft.com:80', new x509.X509Certificate(ISSUER), bridge],
  ] as const) {
    const path = rowOf('public', id).path ?? '';
    const request = Buffer.from(decodeURIComponent(path.replace(/^(?:\/ocsp)?\//, '')), 'base64').toString(
      'hex',
    );
    if (issuer === undefined)
      throw new Error('DigiCert Global Root G2 is not among the roots of this runtime');
    const name = createHash('sha1').update(Buffer.from(certificate.issuerName.toArrayBuffer())).digest('hex');
    const key = Buffer.from(await issuer.publicKey.getKeyIdentifier()).toString('hex');
    // CertID of RFC 6960, 4.1.1: both hashes as OCTET STRING, and the serial number as INTEGER, at the end.
    t.ok(request.includes(`0414${name}0414${key}02`), id);
    t.ok(request.endsWith(certificate.serialNumber), id);
  }
});

t.test('the health paths', async (t) => {
  const path = (id: string) => rowOf('public', id).path;
  t.equal(path('gateway/{apim}.azure-api.net:443'), '/status-0123456789abcdef');
  t.equal(path('gateway/{apim}-{region}-01.regional.azure-api.net:443'), '/status-0123456789abcdef');
  t.equal(path('gateway/{apim}.developer.azure-api.net:443'), '/internal-status-0123456789abcdef');
  t.equal(path('gateway/{apim}.portal.azure-api.net:443'), '/signin');
  t.equal(path('control-plane/{apim}.management.azure-api.net:443'), '/servicestatus');
  t.equal(
    path('control-plane/{apim}.management.azure-api.net:3443'),
    '/servicestatus?api-version=2018-01-01',
  );
  t.equal(path('key-vault/{keyVault}.vault.azure.net:443'), '/healthstatus');
  t.equal(path('azure-monitor/prod3.prod.microsoftmetrics.com:1886'), '/RecoveryService');
});

import t from 'tap';
import type { Facts, HttpFacts } from '../../probes/facts.ts';
import { outcomeOf } from '../../src/diagnosis/status.ts';
import type { Target } from '../../src/model/report.ts';
import { addressOf, attempt, diagnoseTargets, reached, target } from './build.ts';

const DIGEST = 'd1'.repeat(32);

const page = (given: Partial<HttpFacts> = {}): HttpFacts => ({
  status: 403,
  headers: { server: 'gate' },
  bodyBytes: 512,
  bodyStart: '<html><title>Denied</title> by order of the network team',
  title: 'Denied',
  pageDigest: DIGEST,
  blockPage: null,
  ...given,
});

/** A certificate host that replied with this over plain HTTP. */
function replied(
  host: string,
  http: HttpFacts,
  facts: Partial<Facts> = {},
  given: Partial<Target> = {},
): Target {
  const address = given.addresses?.[0]?.address ?? '20.1.1.1';
  return reached('certificates', host, address, {
    port: 80,
    protocol: 'http',
    required: true,
    attempts: [attempt(address, null, { proof: 'reply', contentProved: false, http, ...facts })],
    ...given,
  });
}

const moved = (location: string, status = 307): HttpFacts =>
  page({ status, headers: { location }, bodyStart: '', title: '', pageDigest: undefined });

const HOSTS = ['cacerts.digicert.com', 'crl3.digicert.com', 'ocsp.digicert.com', 'www.microsoft.com'];
const isBlocked = ({ status, failure, cause }: Target): boolean =>
  status === 'unreachable' && failure === 'http_blocked' && cause === 'block-page';

/** Hosts without the expected file get a finding of their own, which blocks nothing. */
const isMoreThanARemark = ({ cause }: { cause: string }): boolean => cause !== 'undetermined';

t.test('one page at hosts of several owners is a device’s', async (t) => {
  const targets = [...HOSTS, 'oneocsp.microsoft.com'].map((host) => replied(host, page()));
  const { targets: judged, single } = diagnoseTargets({ targets });
  t.ok(judged.every(isBlocked), 'none is reached');
  t.match(single('block-page'), {
    severity: 'error',
    title: 'A firewall or proxy answered in the place of 5 endpoints',
    explanation:
      'gave a block page with HTTP status 403: “Denied”, which begins “by order of the network team”.',
  });
  t.ok(judged[0]?.attempts[0]?.ok, 'the report stores what was observed');
  const again = diagnoseTargets({ targets: judged });
  t.same(again.targets, judged, 'and judged again it is the same');
});

t.test('not a device’s page', async (t) => {
  const reachable = (targets: readonly Target[], name: string): void => {
    const judged = diagnoseTargets({ targets });
    t.same(judged.findings.filter(isMoreThanARemark), [], name);
    for (const { id, status } of judged.targets) t.equal(status, 'reachable', `${name}: ${id}`);
  };
  const all = (http: HttpFacts, facts: Partial<Facts> = {}): Target[] =>
    HOSTS.map((host) => replied(host, http, facts));
  reachable(
    [replied('crl3.digicert.com', page()), replied('crl4.digicert.com', page())],
    'twins of one owner',
  );
  reachable(all(page(), { contentProved: true }), 'the file itself');
  reachable(all(page({ pageDigest: undefined })), 'an older report, and a binary reply');
  for (const status of [301, 400, 404, 410, 429]) {
    reachable(all(page({ status })), `${status}, which servers of one software word alike`);
  }
  for (const server of [
    'AkamaiGHost',
    'AkamaiNetStorage',
    'cloudflare',
    'AmazonS3',
    'CloudFront',
    'ECAcc (a/1)',
  ]) {
    reachable(all(page({ headers: { server } })), `a delivery network of several owners: ${server}`);
  }
  reachable(
    HOSTS.map((host, index) => replied(host, page({ pageDigest: `${index}`.repeat(64) }))),
    'each its own page',
  );
  reachable(
    HOSTS.map((host, index) => replied(host, page({ status: 200 + index }))),
    'each another status',
  );
  const custom = ['http://a.contoso.test', 'http://b.fabrikam.test'].map((url) => {
    const { hostname } = new URL(url);
    const source = { kind: 'config', document: '--target', asOf: '2026-05-04', name: null } as const;
    return target('custom', hostname, {
      port: 80,
      protocol: 'http',
      source,
      attempts: [attempt('20.1.1.1', null, { proof: 'reply', http: page() })],
    });
  });
  reachable(custom, 'endpoints of the user may share a server');
});

t.test('hosts that already failed by their reply get the cause as well', async (t) => {
  const targets = HOSTS.map((host) => ({
    ...replied(host, page({ status: 503 })),
    attempts: [attempt('20.1.1.1', 'http_unexpected', { http: page({ status: 503 }) })],
  }));
  t.ok(diagnoseTargets({ targets }).targets.every(isBlocked));
});

t.test('only some attempts met the device', async (t) => {
  const [first, ...others] = HOSTS.map((host) => replied(host, page()));
  const mixed = first && {
    ...first,
    attempts: [...first.attempts, attempt('20.1.1.1', null, { proof: 'reply', contentProved: true })],
  };
  const { targets } = diagnoseTargets({ targets: [...(mixed ? [mixed] : []), ...others] });
  t.equal(targets.find(({ host }) => host === HOSTS[0])?.status, 'intermittent');
});

t.test('redirects', async (t) => {
  const via = { addresses: [{ ...addressOf('20.1.1.1'), via: ['cdn.digicert.example'] }] };
  for (const [host, location, foreign, given] of [
    ['crl3.digicert.com', 'http://10.0.0.1/denied', true],
    ['crl3.digicert.com', 'http://10.0.0.1:8008/denied', true],
    ['crl3.digicert.com', 'http://[fd00::1]/denied', true],
    ['crl3.digicert.com', 'http://127.0.0.1/', true],
    ['crl3.digicert.com', 'http://8.8.8.8/', true],
    ['crl3.digicert.com', 'https://login.contoso.test/', true],
    ['crl3.digicert.com', 'https://digicert.com.contoso.test/', true],
    ['crl3.digicert.com', 'http://crl3.digicert.com:6080/php', true],
    ['crl3.digicert.com', 'https://www.microsoft.com/', true],
    ['www.microsoft.com', 'http://gateway.corp/', true],
    ['crl3.digicert.com', 'http://20.1.1.1/', false],
    ['crl3.digicert.com', 'https://crl3.digicert.com/a.crl', false],
    ['crl3.digicert.com', 'https://CACERTS.DigiCert.com/a.crl', false],
    ['cacerts.digicert.com', 'https://cacerts.geotrust.com/a.crt', false],
    ['crl3.digicert.com', '//portal.contoso.test/denied', true],
    ['crl3.digicert.com', 'https://d111111abcdef8.cloudfront.net/denied', true],
    ['www.microsoft.com', 'https://contoso-denied.azurewebsites.net/', true],
    ['www.microsoft.com', 'https://contosodenied.z6.web.core.windows.net/', true],
    ['www.microsoft.com', 'http://contoso-gate.westeurope.cloudapp.azure.com/', true],
    ['crl3.digicert.com', '/a.crl', false],
    ['crl3.digicert.com', '//crl3.digicert.com/a.crl', false],
    ['crl3.digicert.com', 'not a URL', false],
    ['crl3.digicert.com', 'mailto:a@b.test', false],
    ['crl3.digicert.com', 'https://e1.a.akamaiedge.net/a.crl', false],
    ['crl3.digicert.com', 'https://cdn.digicert.example/a.crl', false, via],
    ['www.microsoft.com', 'https://www.microsoft.com/en-us/', false],
    ['go.microsoft.com', 'https://learn.microsoft.com/', false],
    ['ctldl.windowsupdate.com', 'https://www.microsoft.com/', false],
  ] as const) {
    for (const status of [301, 302, 307, 308]) {
      const { targets, findings } = diagnoseTargets({
        targets: [replied(host, moved(location, status), {}, given)],
      });
      t.equal(targets.some(isBlocked), foreign, `${status} ${host} -> ${location}`);
      if (foreign) t.match(findings[0]?.explanation, `a redirect to ${location}`);
      else t.same(findings.filter(isMoreThanARemark), []);
    }
  }
  const other = replied(
    'crl3.digicert.com',
    page({ status: 200, headers: { location: 'http://10.0.0.1/' } }),
  );
  t.equal(outcomeOf(other).status, 'reachable', 'a location without a redirect is none');
  const secured = replied('a.microsoft.com', moved('http://10.0.0.1/'), {}, { protocol: 'https', port: 443 });
  t.equal(outcomeOf(secured).status, 'reachable', 'a certificate proves the sender');
  t.equal(outcomeOf(replied('crl3.digicert.com', moved('http://10.0.0.1/'))).failure, 'http_blocked');
});

t.test('a login to a Windows domain', async (t) => {
  const asked = (scheme: string, status = 401): Target =>
    replied('crl3.digicert.com', page({ status, headers: { 'www-authenticate': scheme } }));
  for (const scheme of ['NTLM', 'Negotiate, NTLM', 'Basic realm="x", negotiate']) {
    t.ok(diagnoseTargets({ targets: [asked(scheme)] }).targets.every(isBlocked), scheme);
  }
  t.equal(outcomeOf(asked('Basic realm="x"')).status, 'reachable', 'another login proves nothing');
  t.equal(outcomeOf(asked('NTLM', 403)).status, 'reachable');
});

t.test('a page that redirects', async (t) => {
  const refresh = (target: string): HttpFacts =>
    page({
      bodyStart: `<html><meta content="0; URL='${target}'" http-equiv=refresh>`,
      pageDigest: undefined,
    });
  for (const [target, foreign] of [
    ['http://10.0.0.1/denied', true],
    ['//portal.contoso.test/', true],
    ['https://crl3.digicert.com/', false],
    ['/', false],
  ] as const) {
    const { targets } = diagnoseTargets({ targets: [replied('crl3.digicert.com', refresh(target))] });
    t.equal(targets.some(isBlocked), foreign, target);
  }
  const before = page({
    bodyStart: '<meta http-equiv="refresh" content="0;url=http://10.0.0.1/denied">',
    pageDigest: undefined,
  });
  t.equal(outcomeOf(replied('crl3.digicert.com', before)).failure, 'http_blocked');
});

t.test('one redirect within the host at hosts of several owners is a device’s', async (t) => {
  const redirected = (location: (host: string) => string): readonly Target[] =>
    HOSTS.map((host) => replied(host, moved(location(host))));
  for (const location of [() => '/login', () => '/login?to=1', (host: string) => `http://${host}/login`]) {
    const { targets, single } = diagnoseTargets({ targets: redirected(location) });
    t.ok(targets.every(isBlocked), location('HOST'));
    t.match(single('block-page').explanation, 'a redirect to');
  }
  for (const location of [
    (host: string) => `https://${host}/`,
    (host: string) => `/${host}.crl`,
    (host: string) => `https://${host}/${host}.crl`,
  ]) {
    const { targets } = diagnoseTargets({ targets: redirected(location) });
    t.notOk(targets.some(isBlocked), location('HOST'));
  }
});

t.test('a reply from the address of a DNS filter', async (t) => {
  const at = '146.112.61.106';
  const given = { addresses: [addressOf(at)], resolutions: [] };
  t.equal(outcomeOf(replied('crl3.digicert.com', page(), {}, given)).failure, 'http_blocked');
  t.equal(
    outcomeOf(replied('crl3.digicert.com', page(), { contentProved: true }, given)).status,
    'reachable',
  );
});

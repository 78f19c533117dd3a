import t from 'tap';
import type { TlsFacts } from '../../probes/facts.ts';
import type { Target } from '../../src/model/report.ts';
import { attempt, certificate, diagnoseTargets, failed, reached, target, tls } from './build.ts';

const HOST = 'a.blob.core.windows.net';
const OCSP = 'C=US, O=Microsoft Corporation, CN=Microsoft TLS G2 RSA CA OCSP 02';
const ROOT_G2 = 'C=US, O=Microsoft Corporation, CN=Microsoft TLS RSA Root G2';
const AIA = [
  'http://www.microsoft.com/pkiops/certs/Microsoft%20TLS%20RSA%20Root%20G2%20-%20xsign.crt',
  'http://caissuers.microsoft.com/pkiops/certs/Microsoft%20TLS%20RSA%20Root%20G2%20-%20xsign.crt',
];

/** What a probe records of a leaf and its CA without the bridge. */
const INCOMPLETE: Partial<TlsFacts> = {
  trust: 'public',
  trustError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  azureKey: ROOT_G2,
  completedWith: [ROOT_G2],
  chain: [
    certificate({ issuer: OCSP, caIssuers: ['http://elsewhere.example/ca.crt'] }),
    certificate({ subject: OCSP, issuer: ROOT_G2, caIssuers: AIA }),
  ],
};

const CA07 = 'C=US, O=Microsoft Corporation, CN=Microsoft Azure RSA TLS Issuing CA 07';
/** What it records of the copy of an issuing CA that has ended. */
const OUTDATED: Partial<TlsFacts> = {
  trust: 'public',
  trustError: 'CERT_HAS_EXPIRED',
  azureKey: CA07,
  completedWith: [CA07],
  chain: [
    certificate({ issuer: CA07, caIssuers: AIA }),
    certificate({ subject: CA07, issuer: 'CN=DigiCert Global Root G2', validTo: '2026-01-25T23:59:59.000Z' }),
  ],
};

const genuine = (facts: Partial<TlsFacts>, host = HOST, given: Partial<Target> = {}) =>
  reached('storage-blob', host, '20.60.1.1', {
    required: true,
    attempts: [attempt('20.60.1.1', null, { ...tls(facts), proof: 'reply' })],
    ...given,
  });
const plain = (host: string, open: boolean) =>
  open
    ? reached('certificates', host, '20.9.9.1', { port: 80, protocol: 'http' })
    : failed('certificates', host, '20.9.9.1', 'tcp_timeout', { port: 80, protocol: 'http' });
const chainOf = (...targets: readonly Target[]) => diagnoseTargets({ targets }).single('certificate-chain');

t.test('an incomplete chain that Windows completes is a remark', async (t) => {
  const found = diagnoseTargets({
    targets: [
      genuine(INCOMPLETE),
      genuine(INCOMPLETE, 'b.blob.core.windows.net'),
      plain('caissuers.microsoft.com', true),
      plain('www.microsoft.com', false),
    ],
  });
  const finding = found.single('certificate-chain');
  t.match(finding, {
    severity: 'info',
    owner: 'service',
    title: /^a\.blob.* and b\.blob.*: the server does not send its whole certificate chain/,
    evidence: { length: 2 },
    explanation: /it lacks “.*Microsoft TLS RSA Root G2” \(UNABLE_TO_GET_ISSUER_CERT_LOCALLY\)/,
  });
  t.match(finding.explanation, /over port 80 \(AIA\) from caissuers\.microsoft\.com, which this run reached/);
  t.match(finding.remedy[0], /^For API Management nothing is to be done/);
  t.match(found.targets[0], { status: 'reachable', failure: null, cause: null });
  t.notOk(found.findings.some(({ cause }) => cause === 'tls-intercepted'));
});

t.test('one that Windows cannot complete is a warning about port 80', async (t) => {
  const finding = chainOf(
    genuine(INCOMPLETE),
    plain('caissuers.microsoft.com', false),
    plain('www.microsoft.com', false),
  );
  t.match(finding, { severity: 'warning', owner: 'network' });
  t.match(finding.explanation, /which this run did not reach: so API Management may fail here/);
  t.match(finding.remedy[0], /^Allow port 80 from this subnet/);
});

t.test('a host that was not tested proves neither', async (t) => {
  const finding = chainOf(genuine(INCOMPLETE), plain('elsewhere.example', false));
  t.equal(finding.severity, 'info');
  t.match(finding.explanation, 'this run did not test a host that serves it');
});

t.test('without the address of its issuer Windows cannot complete it', async (t) => {
  const finding = chainOf(
    genuine({ ...INCOMPLETE, chain: [certificate({ issuer: ROOT_G2, caIssuers: ['ldap:///CN=x'] })] }),
  );
  t.equal(finding.severity, 'warning');
});

t.test('an outdated chain names the certificate that has ended', async (t) => {
  const finding = chainOf(genuine(OUTDATED), plain('www.microsoft.com', true));
  t.match(finding, {
    severity: 'info',
    title: /sends an outdated certificate of its authority/,
    explanation: /it holds “.*Issuing CA 07”, valid from .* to 2026-01-25T23:59:59\.000Z/,
  });
  const noTwin = { ...OUTDATED, validity: 'expired' as const, azureKey: null };
  delete noTwin.completedWith;
  t.match(chainOf(genuine(noTwin), plain('www.microsoft.com', true)), { title: /outdated certificate/ });
});

t.test('a chain that verifiers refuse otherwise is a warning with the reason', async (t) => {
  const finding = chainOf(
    genuine({ trust: 'none', trustError: 'INVALID_PURPOSE', azureKey: ROOT_G2 }),
    plain('www.microsoft.com', true),
  );
  t.match(finding, { severity: 'warning', owner: 'service', explanation: /refuse it: INVALID_PURPOSE\./ });
  const named = chainOf(
    genuine({
      trust: 'none',
      trustError: 'UNSPECIFIED',
      azureKey: ROOT_G2,
      chainProblems: [{ kind: 'weak-signature', subject: OCSP, detail: 'sha1WithRSAEncryption' }],
    }),
  );
  t.match(named.explanation, /refuse it: “.*OCSP 02” is signed with sha1WithRSAEncryption\./);
});

t.test('on an endpoint of the user’s own it is theirs to fix', async (t) => {
  const own = { source: { kind: 'config', document: '--hostname', asOf: '2026-05-04', name: null } } as const;
  const finding = chainOf(
    { ...genuine(INCOMPLETE, 'api.contoso.com', own), group: 'gateway' },
    plain('caissuers.microsoft.com', true),
  );
  t.match(finding, { severity: 'warning', owner: 'service', remedy: [/send the whole chain.*PFX/] });
});

t.test('no finding for a chain that verifies, and none in older reports', async (t) => {
  for (const facts of [{}, { trust: 'public', azureKey: ROOT_G2 }, { trust: 'extra' }] as const) {
    t.same(
      diagnoseTargets({ targets: [genuine(facts, 'x.contoso.com', {})] }).findings.filter(
        ({ cause }) => cause === 'certificate-chain',
      ),
      [],
    );
  }
});

t.test('a failing endpoint keeps its own cause', async (t) => {
  const flaky = target('storage-blob', HOST, {
    status: 'intermittent',
    failure: 'tcp_timeout',
    attempts: [attempt('20.1.1.1', null, tls(INCOMPLETE)), attempt('20.1.1.1', 'tcp_timeout')],
  });
  t.equal(diagnoseTargets({ targets: [flaky] }).causes[flaky.id], 'intermittent-loss');
});

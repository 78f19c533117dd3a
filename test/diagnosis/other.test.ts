import t from 'tap';
import type { HttpFacts } from '../../probes/facts.ts';
import { attempt, diagnoseTargets, failed, reached, target } from './build.ts';

const page = (blockPage: string | null, given: Partial<HttpFacts> = {}): { http: HttpFacts } => ({
  http: { status: 470, headers: {}, bodyBytes: 12, bodyStart: 'Action: Deny.', blockPage, ...given },
});

t.test('block-page', async (t) => {
  const blocked = (host: string, product: string | null) =>
    failed('certificates', host, '20.1.1.1', 'http_blocked', {
      port: 80,
      protocol: 'http',
      required: true,
      facts: page(product),
    });

  t.test('one device is one finding with its page, and the names to allow', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        blocked('crl3.digicert.com', 'Azure Firewall'),
        blocked('ocsp.digicert.com', 'Azure Firewall'),
      ],
    });
    t.match(findings, [
      {
        cause: 'block-page',
        severity: 'error',
        title: 'Azure Firewall answered in the place of 2 endpoints',
        explanation: 'gave a block page with HTTP status 470: “Action: Deny.”. The services',
        confirm: 'apim-probe run --only certificates',
      },
    ]);
    t.match(findings[0]?.remedy[0], 'crl3.digicert.com (http:80) and ocsp.digicert.com (http:80)');
  });

  t.test('a page is quoted by its title where it has one', async (t) => {
    const target = failed('certificates', 'crl3.digicert.com', '20.1.1.1', 'http_blocked', {
      port: 80,
      protocol: 'http',
      facts: page('Squid', { bodyStart: '<!DOCTYPE html> <html><head> <title>ERROR: Access Denied</title>' }),
    });
    t.match(
      diagnoseTargets({ targets: [target] }).findings[0]?.explanation,
      'status 470: “ERROR: Access Denied”.',
    );
  });

  t.test('two devices are two findings; an unnamed one is one as well', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [blocked('a.net', 'Zscaler'), blocked('b.net', 'Squid'), blocked('c.net', null)],
    });
    t.same(
      findings.map(({ title }) => title),
      [
        'Squid answered in the place of 1 endpoint',
        'Zscaler answered in the place of 1 endpoint',
        'A firewall or proxy answered in the place of 1 endpoint',
      ],
    );
  });

  t.test('does not fire for any other unexpected page', async (t) => {
    const odd = failed('certificates', 'a.net', '20.1.1.1', 'http_unexpected', {
      facts: page(null, { status: 503 }),
    });
    t.equal(diagnoseTargets({ targets: [odd] }).causes[odd.id], 'undetermined');
  });
});

t.test('intermittent-loss', async (t) => {
  t.test('gives the figures, and mentions that no address is dead', async (t) => {
    const mixed = target('sql', 'a.net', {
      required: true,
      status: 'intermittent',
      failure: 'tcp_timeout',
      attempts: [attempt('20.1.1.1', 'tcp_timeout'), attempt('20.1.1.1', null)],
    });
    const { findings } = diagnoseTargets({ targets: [mixed] });
    t.match(findings, [
      {
        cause: 'intermittent-loss',
        severity: 'warning',
        title: '1 endpoint works only some of the time',
        explanation: 'a.net:443 failed in 1 of 2 attempts (tcp_timeout). No address fails always',
      },
    ]);
  });

  t.test('names the addresses that never work', async (t) => {
    const mixed = target('sql', 'a.net', {
      status: 'intermittent',
      failure: 'tcp_timeout',
      attempts: [
        attempt('20.1.1.1', null),
        attempt('20.1.1.2', 'tcp_timeout'),
        attempt('20.1.1.2', 'tcp_timeout'),
      ],
    });
    const { single } = diagnoseTargets({ targets: [mixed] });
    t.match(single('intermittent-loss').explanation, 'Always failing: 20.1.1.2; the other addresses work.');
    t.match(single('intermittent-loss').remedy[0], 'the whole service tag');
  });

  t.test('does not fire for what always worked or always failed', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [reached('sql', 'a.net', '20.1.1.1'), failed('sql', 'b.net', '20.1.1.1', 'tcp_timeout')],
    });
    t.notOk(findings.some(({ cause }) => cause === 'intermittent-loss'));
  });
});

t.test('HTTP in the place of another protocol', async (t) => {
  const received = (text: string, blockPage: string | null = null, title?: string) => ({
    facts: { error: 'wrong version number', received: { text, blockPage, ...(title && { title }) } },
  });
  const FORBIDDEN = 'HTTP/1.1 403 Forbidden Server: gate <title>Denied</title>';

  t.test('of a known product is its block page, whatever the protocol', async (t) => {
    const said = received('HTTP/1.1 403 Forbidden Server: Zscaler/6.2', 'Zscaler');
    const { causes, single } = diagnoseTargets({
      targets: [
        failed('key-vault', 'kv.vault.azure.net', '20.1.1.1', 'tls_not_tls', said),
        failed('sql', 'a.database.windows.net', '20.1.1.2', 'protocol_mismatch', {
          protocol: 'tds',
          ...said,
        }),
        failed('smtp', 'mail.test', '20.1.1.3', 'protocol_closed', { protocol: 'smtp', ...said }),
      ],
    });
    t.same(Object.values(causes), ['block-page', 'block-page', 'block-page']);
    t.match(single('block-page'), {
      title: 'Zscaler answered in the place of 3 endpoints',
      explanation: 'HTTP status 403: “HTTP/1.1 403 Forbidden Server: Zscaler/6.2”',
    });
  });

  t.test('at several services is an unknown device', async (t) => {
    const said = received(FORBIDDEN, null, 'Denied');
    const { causes, single } = diagnoseTargets({
      targets: [
        failed('key-vault', 'kv.vault.azure.net', '20.1.1.1', 'tls_not_tls', said),
        failed('event-hubs', 'eh.servicebus.windows.net', '20.1.1.2', 'protocol_closed', {
          protocol: 'amqp',
          ...said,
        }),
      ],
    });
    t.same(Object.values(causes), ['block-page', 'block-page']);
    t.match(single('block-page'), {
      title: 'A firewall or proxy answered in the place of 2 endpoints',
      explanation: /status 403: “Denied”, which begins “HTTP\/1.1 403 Forbidden Server: gate/,
    });
  });

  t.test(
    'at one service, at one address or at the user’s own endpoints is another service, quoted',
    async (t) => {
      const said = received(FORBIDDEN);
      const config = { kind: 'config', document: '--target', asOf: '2026-05-04', name: null } as const;
      for (const targets of [
        [failed('key-vault', 'kv.vault.azure.net', '20.1.1.1', 'tls_not_tls', said)],
        [
          failed('storage-blob', 'a.blob.core.windows.net', '20.1.1.1', 'tls_not_tls', said),
          failed('storage-blob', 'b.blob.core.windows.net', '20.1.1.2', 'tls_not_tls', said),
        ],
        [
          failed('key-vault', 'kv.vault.azure.net', '20.1.1.1', 'tls_not_tls', said),
          failed('storage-blob', 'b.blob.core.windows.net', '20.1.1.1', 'tls_not_tls', said),
        ],
        [
          failed('custom', 'a.contoso.test', '20.1.1.1', 'tls_not_tls', { ...said, source: config }),
          failed('custom', 'b.fabrikam.test', '20.1.1.2', 'tls_not_tls', { ...said, source: config }),
        ],
        [failed('smtp', 'mail.test', '20.1.1.3', 'protocol_closed', { protocol: 'smtp', ...said })],
      ]) {
        const { findings, single } = diagnoseTargets({ targets });
        t.equal(findings.length, 1);
        t.match(single('wrong-service').explanation, `wrong version number; it sent “${FORBIDDEN}”`);
      }
    },
  );

  t.test('other text is quoted, in every finding that shows the evidence', async (t) => {
    const said = received('220 gate FTP');
    const wrong = diagnoseTargets({
      targets: [failed('sql', 'a.net', '20.1.1.1', 'protocol_mismatch', said)],
    });
    t.match(wrong.single('wrong-service').explanation, '; it sent “220 gate FTP”');
    const unclear = diagnoseTargets({
      targets: [failed('smtp', 'a.net', '20.1.1.1', 'protocol_closed', said)],
    });
    t.match(unclear.single('undetermined').explanation, '; it sent “220 gate FTP”');
  });
});

t.test('undetermined', async (t) => {
  t.test('shows the evidence and the next step, one finding for each failure', async (t) => {
    const alert = failed('sql', 'a.net', '20.1.1.1', 'tls_alert', {
      required: true,
      facts: { error: 'handshake failure (alert 40)' },
    });
    const { findings } = diagnoseTargets({
      targets: [alert, failed('kms', 'b.net', '20.1.1.2', 'protocol_closed')],
    });
    t.match(findings, [
      {
        severity: 'error',
        title: '1 endpoint failed with tls_alert for a reason that is not clear',
        explanation: 'Seen at a.net:443 (20.1.1.1): handshake failure (alert 40).',
        remedy: [/^Read the alert/],
      },
      { severity: 'warning', evidence: ['kms/b.net:443'] },
    ]);
  });

  t.test('leaves what was not tested without a cause', async (t) => {
    const idle = target('kms', 'a.net', { status: 'untested', reason: 'skipped' });
    const { causes, findings } = diagnoseTargets({ targets: [idle] });
    t.same(causes, { [idle.id]: null });
    t.same(findings, []);
  });
});

t.test('a healthy run has no findings', async (t) => {
  t.same(diagnoseTargets({ targets: [reached('sql', 'a.net', '20.1.1.1')] }).findings, []);
});

t.test('the remedy for Azure Firewall uses its terms', async (t) => {
  const first = (product: string) =>
    diagnoseTargets({
      targets: [failed('certificates', 'a.net', '20.1.1.1', 'http_blocked', { facts: page(product) })],
    }).single('block-page').remedy[0];
  t.match(
    first('Azure Firewall'),
    'Azure Firewall: add an application rule with source this subnet for a.net',
  );
  t.match(first('Squid'), 'On the device that wrote the page (Squid): allow this subnet to reach a.net');
});

t.test('an unanswered ping proves nothing', async (t) => {
  const pings = ['20.1.1.1', '20.1.1.2', '20.1.1.3'].map((address) =>
    failed('custom', address, address, 'protocol_timeout', { protocol: 'icmp', port: 0 }),
  );
  const { findings, targets } = diagnoseTargets({ targets: pings });
  t.same(findings, []);
  t.same(
    targets.map(({ id, cause }) => [id, cause]),
    pings.map(({ id }) => [id, null]),
  );
});

import t from 'tap';
import type { ChainProblem, TlsFacts } from '../../probes/facts.ts';
import type { Failure } from '../../probes/failures.ts';
import type { Control } from '../../src/model/controls.ts';
import type { Target } from '../../src/model/report.ts';
import {
  addressOf,
  attempt,
  certificate,
  clock,
  diagnoseTargets,
  failed,
  otherName,
  reached,
  reservedAddress,
  target,
  tls,
} from './build.ts';

const HOST = 'a.blob.core.windows.net';
const ID = `storage-blob/${HOST}:443`;
const CONTOSO = {
  issuer: 'O=Contoso Inspection, CN=Contoso Proxy CA',
  issuerOrganization: 'Contoso Inspection',
};
const minted = (host = HOST, trust: 'none' | 'extra' = 'none') =>
  failed('storage-blob', host, '20.60.1.1', 'tls_untrusted', {
    required: true,
    facts: tls({ trust, trustError: trust === 'none' ? 'SELF_SIGNED_CERT_IN_CHAIN' : null }, CONTOSO),
  });

t.test('tls-intercepted', async (t) => {
  t.test('one device is one finding, with its issuer and all it opened', async (t) => {
    const { findings } = diagnoseTargets({ targets: [minted(), minted('b.blob.core.windows.net')] });
    t.equal(findings.length, 1);
    t.match(findings[0], {
      cause: 'tls-intercepted',
      severity: 'error',
      title: 'TLS is intercepted by “Contoso Inspection”',
      explanation:
        /2 endpoints .* issued by “O=Contoso Inspection, CN=Contoso Proxy CA”.*\(SELF_SIGNED_CERT_IN_CHAIN\)/,
      evidence: { length: 2 },
    });
    t.match(findings[0]?.remedy[1], `The names to exempt: ${HOST} and b.blob.core.windows.net.`);
  });

  t.test('an inspection authority given with --ca-file is still named', async (t) => {
    const { single } = diagnoseTargets({ targets: [minted(HOST, 'extra')] });
    t.match(single('tls-intercepted').explanation, 'verifies only by a root given with --ca-file');
    t.equal(single('tls-intercepted').confirm, 'apim-probe run --only storage-blob');
  });

  t.test('includes all other certificates of the same authority', async (t) => {
    const own = failed('custom', 'app.contoso.com', '20.5.5.5', 'tls_untrusted', {
      facts: tls({ trust: 'none', nameMatches: false }, CONTOSO),
    });
    t.equal(diagnoseTargets({ targets: [minted(), own] }).causes[own.id], 'tls-intercepted');
  });

  t.test('does not fire for a private authority on a host name of the user’s own', async (t) => {
    const own = failed('custom', 'app.contoso.com', '20.5.5.5', 'tls_untrusted', {
      facts: tls({ trust: 'none', trustError: 'SELF_SIGNED_CERT_IN_CHAIN' }, CONTOSO),
    });
    const { single } = diagnoseTargets({ targets: [own] });
    t.match(single('wrong-certificate').title, 'of an authority that is not trusted here');
    t.match(single('wrong-certificate').remedy[0], '--ca-file');
  });

  t.test('also by one certificate for other names at several addresses of Azure', async (t) => {
    const facts = tls(
      { trust: 'none', trustError: 'SELF_SIGNED_CERT_IN_CHAIN', nameMatches: false },
      CONTOSO,
    );
    const at = (host: string, address: string) => failed('sql', host, address, 'tls_untrusted', { facts });
    const { single } = diagnoseTargets({ targets: [at('a.net', '20.1.1.1'), at('b.net', '20.1.1.2')] });
    t.match(single('tls-intercepted'), {
      owner: 'network',
      title: 'TLS is intercepted by “Contoso Inspection”',
      explanation: '2 endpoints (a.net and b.net) presented a certificate for other names, issued by',
      evidence: { length: 2 },
    });
    const { causes } = diagnoseTargets({ targets: [at('a.net', '20.1.1.1'), at('b.net', '20.1.1.1')] });
    t.same(Object.values(causes), ['wrong-certificate', 'wrong-certificate'], 'one address: a DNS record');
  });

  t.test('does not fire for another name, nor without a certificate', async (t) => {
    const { causes } = diagnoseTargets({
      targets: [
        failed('sql', 'a.net', '20.1.1.1', 'tls_untrusted', {
          facts: tls({ trust: 'none', nameMatches: false }),
        }),
        failed('sql', 'b.net', '20.1.1.2', 'tls_untrusted'),
      ],
    });
    t.same(causes, { 'sql/a.net:443': 'wrong-certificate', 'sql/b.net:443': 'undetermined' });
  });

  t.test('is named for an endpoint that was opened only some of the time', async (t) => {
    const once = target('storage-blob', HOST, {
      status: 'intermittent',
      failure: 'tls_untrusted',
      attempts: [
        attempt('20.1.1.1', 'tls_untrusted', tls({ trust: 'none' }, CONTOSO)),
        attempt('20.1.1.2', null, tls()),
      ],
    });
    const { single } = diagnoseTargets({ targets: [once] });
    t.match(single('tls-intercepted'), { severity: 'warning', title: /Contoso/ });
  });
});

t.test('wrong-certificate', async (t) => {
  t.test('of a device, if several addresses of Azure present it', async (t) => {
    const facts = tls({ nameMatches: false }, { names: ['login.contoso.com'] });
    const at = (host: string, address: string) =>
      failed('sql', host, address, 'tls_name_mismatch', { facts });
    const found = (address: string) =>
      diagnoseTargets({ targets: [at('a.net', '20.1.1.1'), at('b.net', address)] }).single(
        'wrong-certificate',
      );
    t.match(found('20.1.1.2'), {
      owner: 'network',
      title: 'A device answers TLS in the place of 2 endpoints',
      explanation: 'The certificate is for login.contoso.com',
      remedy: [/firewall or proxy on the path/, /DNS record/],
    });
    t.match(found('20.1.1.1'), {
      owner: 'service',
      title: 'a.net and b.net present a certificate for other names',
    });
  });

  t.test('refused for another reason than its root', async (t) => {
    const refused = (
      trustError: string,
      chain = [certificate(), certificate({ subject: 'CN=Contoso CA' })],
    ) =>
      diagnoseTargets({
        targets: [
          failed('custom', 'app.contoso.com', '20.5.5.5', 'tls_untrusted', {
            facts: tls({ trust: 'none', trustError, chain }),
          }),
        ],
      }).single('wrong-certificate');
    const purpose = refused('INVALID_PURPOSE');
    t.match(purpose.explanation, 'its chain leads to no trusted root (INVALID_PURPOSE)');
    t.match(purpose.remedy[0], 'serverAuth');
    t.match(refused('UNSPECIFIED').remedy[0], 'SHA-1');
    t.notMatch(
      refused('SELF_SIGNED_CERT_IN_CHAIN').remedy.join(),
      /SHA-1|serverAuth|no certificate of its issuer/,
    );
    t.match(
      refused('UNABLE_TO_GET_ISSUER_CERT_LOCALLY', [certificate()]).remedy.at(-1),
      'The server sends no certificate of its issuer',
    );
  });

  t.test('refused on the way to a root names the certificate and the reason', async (t) => {
    const SUBJECT = 'O=Contoso, CN=Contoso CA';
    const cases: readonly [ChainProblem['kind'], string | null, string | RegExp, string][] = [
      [
        'weak-signature',
        'sha1WithRSAEncryption',
        'Contoso CA” is signed with sha1WithRSAEncryption',
        'with SHA-256',
      ],
      [
        'weak-key',
        'RSA, 1,024 bits',
        /Contoso CA” has a key that is too weak .*\(RSA, 1,024 bits\)/,
        '2,048 bits',
      ],
      [
        'name-constraint',
        'app.contoso.com',
        'may not issue for app.contoso.com (name constraints)',
        'without that constraint',
      ],
      ['path-length', '0', 'allows 0 CAs below it', 'path length'],
      ['may-not-sign', null, 'lacks keyCertSign', 'keyCertSign'],
      ['not-a-ca', null, 'is not a CA', 'by a CA'],
      ['critical-extension', '1.2.3.4', 'the critical extension 1.2.3.4', 'not critical'],
      ['malformed-extension', '2.5.29.30', 'the extension 2.5.29.30 of', 'cannot read'],
      ['purpose', null, 'does not allow a server', 'serverAuth'],
      ['expired', null, 'has expired', 'Replace'],
      ['not-yet-valid', null, 'is not valid yet', 'clock'],
    ];
    for (const [kind, detail, text, remedy] of cases) {
      const facts = tls({
        trust: 'none',
        trustError: 'UNSPECIFIED',
        root: { subject: 'CN=Contoso Root', validFrom: null, validTo: null },
        chainProblems: [{ kind, subject: SUBJECT, detail }],
      });
      const found = diagnoseTargets({
        targets: [failed('custom', 'app.contoso.com', '20.5.5.5', 'tls_untrusted', { facts })],
      }).single('wrong-certificate');
      t.equal(found.title, 'app.contoso.com presents a certificate chain that clients refuse', kind);
      t.match(found.explanation, 'its chain leads to the root “CN=Contoso Root”, but is refused: ', kind);
      t.match(found.explanation, text, kind);
      t.match(found.remedy[0], remedy, kind);
      t.notMatch(found.remedy.join(), '--ca-file', 'its root is trusted');
    }
  });

  t.test('problems of a chain without a root stand beside its error', async (t) => {
    const problems = [{ kind: 'weak-key' as const, subject: 'CN=x', detail: 'DSA' }];
    const explain = (trustError: string) =>
      diagnoseTargets({
        targets: [
          failed('custom', 'app.contoso.com', '20.5.5.5', 'tls_untrusted', {
            facts: tls({ trust: 'none', trustError, chainProblems: problems }),
          }),
        ],
      }).single('wrong-certificate').explanation;
    t.match(
      explain('SELF_SIGNED_CERT_IN_CHAIN'),
      /no trusted root \(SELF_SIGNED_CERT_IN_CHAIN; “CN=x” has .*\(DSA\)\)/,
    );
    t.match(explain('UNSPECIFIED'), /no trusted root \(“CN=x” has/);
  });

  t.test('a public certificate for other names', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        failed('sql', 'a.database.windows.net', '10.2.0.4', 'tls_name_mismatch', {
          facts: tls({ nameMatches: false }, { names: ['www.contoso.com'] }),
        }),
      ],
    });
    t.match(findings, [
      {
        cause: 'wrong-certificate',
        owner: 'service',
        title: 'a.database.windows.net presents a certificate for other names',
        explanation:
          'The certificate is for www.contoso.com, which does not fit, valid from 2026-01-01T00:00:00.000Z',
      },
    ]);
    t.match(findings[0]?.explanation, 'It came from 10.2.0.4.');
  });

  t.test('one expired certificate with a good clock, on all that hold it', async (t) => {
    const expired = (host: string) =>
      failed('gateway', host, '10.1.0.5', 'tls_expired', { facts: tls({ validity: 'expired' }) });
    const { findings } = diagnoseTargets({
      targets: [expired('a.azure-api.net'), expired('a.portal.azure-api.net')],
      controls: [clock(1200)],
    });
    t.match(findings, [
      { cause: 'wrong-certificate', title: /present.* an expired certificate/, evidence: { length: 2 } },
    ]);
  });
});

t.test('clock-skew', async (t) => {
  const day = 86_400_000;
  const notYet = (host: string, fingerprint256 = host) =>
    failed('infrastructure', host, '20.1.1.1', 'tls_not_yet_valid', {
      facts: tls({ validity: 'not-yet-valid' }, { fingerprint256, validFrom: '2026-05-05T00:00:00.000Z' }),
    });

  t.test('a clock that is days behind explains certificates from its future', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [notYet('a.net'), notYet('b.net')],
      controls: [clock(-3 * day, ['c.net'])],
    });
    t.match(findings, [
      {
        cause: 'clock-skew',
        owner: 'vm',
        title: 'This VM’s clock is 3 days slow',
        explanation: /3 days behind the median of 1 peer \(c\.net\)\. 2 endpoints failed/,
        evidence: ['infrastructure/a.net:443', 'infrastructure/b.net:443'],
      },
    ]);
  });

  t.test('a certificate that is bad by the true time as well is its own cause', async (t) => {
    const old = failed('gateway', 'a.azure-api.net', '10.1.0.5', 'tls_expired', {
      facts: tls({ validity: 'expired' }, { validTo: '2020-01-01T00:00:00.000Z', fingerprint256: 'old' }),
    });
    const { causes, findings } = diagnoseTargets({ targets: [old], controls: [clock(6 * 60_000)] });
    t.equal(causes[old.id], 'wrong-certificate');
    t.match(findings[0], {
      cause: 'clock-skew',
      severity: 'warning',
      title: 'This VM’s clock is 6 minutes fast',
    });
  });

  t.test('is a warning as long as nothing fails, with the peers as evidence', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [reached('kms', 'a.net', '20.1.1.1')],
      controls: [clock(-400_000, ['a.net'])],
    });
    t.match(findings, [{ cause: 'clock-skew', severity: 'warning', evidence: ['kms/a.net:443'] }]);
  });

  t.test('five minutes are tolerated', async (t) => {
    t.same(diagnoseTargets({ targets: [], controls: [clock(300_000)] }).findings, []);
    t.equal(diagnoseTargets({ targets: [], controls: [clock(-300_001)] }).findings.length, 1);
  });

  t.test('without a measurement, three different certificates prove it', async (t) => {
    const three = [notYet('a.net'), notYet('b.net'), notYet('c.net')];
    t.match(diagnoseTargets({ targets: three }).findings, [
      { cause: 'clock-skew', title: /seems to be slow/, evidence: { length: 3 } },
    ]);
    t.match(
      diagnoseTargets({ targets: three, controls: [clock(0)] }).findings[0]?.cause,
      'wrong-certificate',
    );
    const shared = ['a.net', 'b.net', 'c.net'].map((host) => notYet(host, 'same'));
    t.match(diagnoseTargets({ targets: shared }).findings, [{ cause: 'wrong-certificate' }]);
  });

  t.test('the survey’s measurement counts if the control has none', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [],
      controls: [clock(null)],
      environment: { clockOffsetMs: 7_200_000 },
    });
    t.match(findings, [{ title: 'This VM’s clock is 2 hours fast' }]);
  });
});

/** The target with this alert in every attempt. */
function withAlert(of: Target, tlsAlert: number): Target {
  return { ...of, attempts: of.attempts.map((one) => ({ ...one, facts: { ...one.facts, tlsAlert } })) };
}

/** The control with a name that was cut as well. */
function cutToo(of: Target, serverName: string | null): Control {
  const address = of.attempts[0]?.address ?? '';
  const detail = {
    text: 'tried',
    target: of.id,
    address,
    serverName,
    wentFurther: false,
    failure: 'tls_reset',
  } as const;
  return { name: 'tls-other-name', outcome: 'expected', detail };
}

t.test('sni-filtered', async (t) => {
  const cut = (host: string, failure: Failure = 'tls_reset') =>
    failed('storage-blob', host, '20.60.1.1', failure, { required: true });

  for (const failure of ['tls_reset', 'tls_closed', 'tls_timeout'] as const) {
    t.test(`${failure} with the name, and further without it`, async (t) => {
      const { findings } = diagnoseTargets({
        targets: [cut(HOST, failure)],
        controls: [otherName(cut(HOST), true)],
      });
      t.match(findings, [
        {
          cause: 'sni-filtered',
          severity: 'error',
          title: `A firewall cuts TLS by server name (${HOST})`,
          explanation: `ended in ${failure}; on the same address (20.60.1.1) with no server name it went further. Shown for 1 endpoint.`,
        },
      ]);
      t.match(findings[0]?.remedy[0], HOST);
    });
  }

  t.test('takes along what was cut alike and not tested, and nothing that was shown otherwise', async (t) => {
    const [proven, alike, contrary, different] = [
      cut(HOST),
      cut('b.net'),
      cut('c.net'),
      cut('d.net', 'tls_timeout'),
    ];
    const { causes, single } = diagnoseTargets({
      targets: [proven, alike, contrary, different],
      controls: [otherName(proven, true, 'www.example.org'), otherName(contrary, false)],
    });
    t.same(Object.values(causes), ['sni-filtered', 'sni-filtered', 'undetermined', 'undetermined']);
    t.match(single('sni-filtered').explanation, 'with the server name www.example.org it went further');
    t.match(single('sni-filtered').explanation, '1 more endpoint ended in the same way');
  });

  t.test('or by a server of the user that does not serve the name', async (t) => {
    const remedyFor = (one: Target) =>
      diagnoseTargets({ targets: [one], controls: [otherName(one, true)] }).single('sni-filtered').remedy;
    t.match(
      remedyFor(failed('custom', 'app.contoso.com', '20.9.9.1', 'tls_closed')).at(-1),
      'set up for this very name',
    );
    t.notMatch(remedyFor(cut(HOST)).join(), 'this very name');
  });

  t.test('not for an address, with which no name is sent', async (t) => {
    const own = failed('custom', '20.9.9.1', '20.9.9.1', 'tls_reset');
    const controls = [otherName(own, true, 'www.example.org')];
    t.equal(diagnoseTargets({ targets: [own], controls }).causes[own.id], 'undetermined');
  });

  t.test('does not fire when the control ends alike, nor without a control', async (t) => {
    t.equal(
      diagnoseTargets({ targets: [cut(HOST)], controls: [otherName(cut(HOST), false)] }).causes[ID],
      'undetermined',
    );
    t.equal(diagnoseTargets({ targets: [cut(HOST)] }).causes[ID], 'undetermined');
  });

  t.test(
    'the device that completes connections for everyone comes first, and its names are given',
    async (t) => {
      const { causes, single } = diagnoseTargets({
        targets: [cut(HOST), cut('b.net', 'tls_timeout')],
        controls: [reservedAddress(true), otherName(cut(HOST), true)],
      });
      t.same(causes, { [ID]: 'transparent-proxy', 'storage-blob/b.net:443': 'transparent-proxy' });
      const { explanation, remedy } = single('transparent-proxy');
      t.match(
        explanation,
        `reads the server name: on the same address TLS passes with another name than ${HOST}.`,
      );
      t.match(remedy[0], `Allow these host names for HTTPS on port 443 on the filtering device: ${HOST}.`);
    },
  );

  t.test('by the alert of a device, but not by a server that does not know its name', async (t) => {
    for (const [number, expected] of [
      [40, 'sni-filtered'],
      [49, 'sni-filtered'],
      [112, 'sni-filtered'],
      [80, 'undetermined'],
    ] as const) {
      const one = withAlert(cut(HOST, 'tls_alert'), number);
      const { causes } = diagnoseTargets({ targets: [one], controls: [otherName(one, true)] });
      t.equal(causes[one.id], expected, `alert ${number}`);
    }
    const own = withAlert(failed('custom', 'app.contoso.com', '20.60.1.1', 'tls_alert'), 112);
    const { causes } = diagnoseTargets({ targets: [own], controls: [otherName(own, true)] });
    t.not(causes[own.id], 'sni-filtered');
  });

  t.test('not by a peer whose reply began', async (t) => {
    const silent = cut(HOST, 'tls_timeout');
    const begun = {
      ...silent,
      attempts: silent.attempts.map((one) => ({ ...one, facts: { ...one.facts, bytesReceived: 120 } })),
    };
    const { single } = diagnoseTargets({ targets: [begun], controls: [otherName(begun, true)] });
    t.match(single('undetermined').explanation, 'The ClientHello arrived: the peer’s reply began');
    t.match(single('undetermined').remedy[0], 'lost large packets on the way back');
  });

  t.test('also where the other family of addresses passes', async (t) => {
    const passing = ['m1.net', 'm2.net', 'm3.net'].map((host) =>
      target('storage-blob', host, {
        status: 'intermittent',
        failure: 'tls_reset',
        attempts: [attempt('20.60.1.2', 'tls_reset'), attempt('2603:1030::2', null, tls())],
      }),
    );
    const { causes } = diagnoseTargets({
      targets: [cut(HOST), ...passing],
      controls: [otherName(cut(HOST), true)],
    });
    t.equal(causes[ID], 'sni-filtered');
  });

  t.test('not where handshakes are cut at random', async (t) => {
    const mixed = ['m1.net', 'm2.net', 'm3.net'].map((host) =>
      target('storage-blob', host, {
        status: 'intermittent',
        failure: 'tls_reset',
        attempts: [attempt('20.60.1.2', 'tls_reset'), attempt('20.60.1.2', null, tls())],
      }),
    );
    const { causes, single } = diagnoseTargets({
      targets: [cut(HOST), ...mixed],
      controls: [otherName(cut(HOST), true)],
    });
    t.same(new Set(Object.values(causes)), new Set(['intermittent-loss']));
    t.equal(single('intermittent-loss').evidence.length, 4);
  });
});

t.test('transparent-proxy', async (t) => {
  const cut = failed('storage-blob', HOST, '20.60.1.1', 'tls_closed', { required: true });
  const unproven = target('sql', 'a.database.windows.net', {
    port: 1433,
    status: 'untested',
    addresses: [addressOf('20.2.2.2')],
    attempts: [attempt('20.2.2.2', null, { proof: 'connect' })],
  });

  t.test('explains what ends after the connection, and what only connected', async (t) => {
    const { findings, causes } = diagnoseTargets({
      targets: [cut, unproven],
      controls: [reservedAddress(true)],
    });
    t.match(findings, [
      {
        cause: 'transparent-proxy',
        severity: 'error',
        explanation:
          'A connection to 192.0.2.1:443, which no host may use, was accepted. 1 endpoint accepted the connection and ' +
          'then returned nothing (tls_closed). 1 endpoint cannot be judged',
        evidence: [ID, unproven.id],
      },
    ]);
    t.equal(causes[unproven.id], 'transparent-proxy');
  });

  t.test('is a remark when everything proved itself', async (t) => {
    const { findings, causes } = diagnoseTargets({
      targets: [reached('storage-blob', HOST, '20.60.1.1')],
      controls: [reservedAddress(true)],
    });
    t.match(findings, [
      {
        cause: 'transparent-proxy',
        severity: 'info',
        explanation: 'Nothing failed because of it: 1 endpoint proved to be the service',
        confirm: 'apim-probe run',
      },
    ]);
    t.same(findings[0]?.evidence, []);
    t.equal(causes[ID], null);
  });

  t.test('does not fire without the control, nor explain a connection that failed', async (t) => {
    t.equal(
      diagnoseTargets({ targets: [cut], controls: [reservedAddress(false)] }).causes[ID],
      'undetermined',
    );
    const silent = failed('sql', 'a.net', '20.1.1.1', 'tcp_timeout');
    t.equal(
      diagnoseTargets({ targets: [silent], controls: [reservedAddress(true)] }).causes[silent.id],
      'outbound-dropped',
    );
    const idle = target('kms', 'a.net', { status: 'untested', reason: 'skipped' });
    t.equal(diagnoseTargets({ targets: [idle], controls: [reservedAddress(true)] }).causes[idle.id], null);
  });
});

t.test('what is to be done about a certificate depends on what is wrong with it', async (t) => {
  const remedy = (failure: Failure) =>
    diagnoseTargets({
      targets: [
        failed('gateway', 'api.contoso.com', '10.1.0.5', failure, { facts: tls({ nameMatches: false }) }),
      ],
      controls: [clock(0)],
    }).single('wrong-certificate').remedy[0];
  t.match(remedy('tls_name_mismatch'), /^Name:/);
  t.match(remedy('tls_expired'), /^Validity:/);
  t.match(remedy('tls_not_yet_valid'), /^Validity:/);
  t.match(remedy('tls_untrusted'), /^Private authority:/);
});

t.test(
  'a custom domain of the gateway may have a private authority, its own azure-api.net name may not',
  async (t) => {
    const cause = (host: string) => {
      const gateway = failed('gateway', host, '10.1.0.5', 'tls_untrusted', {
        facts: tls({ trust: 'none' }, CONTOSO),
      });
      return diagnoseTargets({ targets: [gateway] }).causes[gateway.id];
    };
    t.equal(cause('api.contoso.com'), 'wrong-certificate');
    t.equal(cause('a.azure-api.net'), 'tls-intercepted');
  },
);

t.test('without a measurement a fast clock shows in expired certificates', async (t) => {
  const expired = ['a.net', 'b.net', 'c.net'].map((host) =>
    failed('infrastructure', host, '20.1.1.1', 'tls_expired', { facts: tls({}, { fingerprint256: host }) }),
  );
  const { single } = diagnoseTargets({ targets: expired });
  t.equal(single('clock-skew').title, 'This VM’s clock seems to be fast');
  t.match(single('clock-skew').explanation, 'seem to have expired at once, at a.net, b.net and c.net.');
});

t.test('one certificate of the chain that is bad by the true time suffices', async (t) => {
  const chain = [certificate(), certificate({ validTo: '2020-01-01T00:00:00.000Z' })];
  const half = failed('gateway', 'a.azure-api.net', '10.1.0.5', 'tls_expired', { facts: tls({ chain }) });
  t.equal(
    diagnoseTargets({ targets: [half], controls: [clock(86_400_000)] }).causes[half.id],
    'wrong-certificate',
  );
});

t.test('tls-blocked', async (t) => {
  const cut = (host: string, address: string) =>
    failed('storage-blob', host, address, 'tls_reset', { required: true });
  const one = cut(HOST, '20.60.1.1');
  const two = cut('b.blob.core.windows.net', '20.60.1.2');
  const plain = target('certificates', 'crl3.digicert.com', {
    port: 80,
    protocol: 'http',
    attempts: [attempt('93.184.0.1', null, { proof: 'reply' })],
  });
  const failing = [one, two].flatMap((each) => [cutToo(each, null), cutToo(each, 'www.microsoft.com')]);

  t.test('every name, at several addresses, while plain HTTP answers', async (t) => {
    const { causes, single } = diagnoseTargets({ targets: [one, two, plain], controls: failing });
    t.same(causes, { [one.id]: 'tls-blocked', [two.id]: 'tls-blocked', [plain.id]: null });
    const { severity, title, explanation } = single('tls-blocked');
    t.equal(severity, 'error');
    t.equal(title, 'Every TLS handshake is cut (2 endpoints)');
    t.match(explanation, 'at 20.60.1.1 and 20.60.1.2. Without TLS, crl3.digicert.com:80 answered.');
  });

  t.test('not when one handshake passed, at one address alone, or when nothing else answers', async (t) => {
    const passed = target('key-vault', 'v.vault.azure.net', {
      attempts: [attempt('20.60.1.9', null, tls())],
    });
    for (const [what, targets, controls] of [
      ['one passed', [one, two, plain, passed], failing],
      ['one address', [one, plain], failing.slice(0, 2)],
      ['nothing answers', [one, two], failing],
      ['one name passed', [one, two, plain], [...failing.slice(1), otherName(one, true)]],
    ] as const) {
      const { causes } = diagnoseTargets({ targets: [...targets], controls: [...controls] });
      t.not(causes[one.id], 'tls-blocked', what);
    }
  });

  t.test('whatever the alert', async (t) => {
    const refused = [one, two].map(({ host }, index) =>
      failed('storage-blob', host, `20.60.1.${index + 1}`, 'tls_alert', { facts: { tlsAlert: 80 } }),
    );
    const { causes } = diagnoseTargets({ targets: [...refused, plain], controls: failing });
    t.equal(causes[one.id], 'tls-blocked');
    const alone = diagnoseTargets({ targets: [...refused.slice(1), plain], controls: failing });
    t.equal(alone.causes[two.id], 'undetermined', 'one server may be broken');
  });

  t.test('on one port, while TLS passes on another', async (t) => {
    const passed = target('event-hubs', 'e.servicebus.windows.net', {
      port: 5671,
      protocol: 'amqps',
      attempts: [attempt('20.60.1.9', null, tls())],
    });
    const { single } = diagnoseTargets({ targets: [one, two, plain, passed], controls: failing });
    t.equal(single('tls-blocked').title, 'Every TLS handshake on port 443 is cut (2 endpoints)');

    const apart = failed('event-hubs', 'e.servicebus.windows.net', '20.60.1.8', 'tls_reset', {
      port: 5671,
      protocol: 'amqps',
    });
    const metrics = { ...passed, id: 'azure-monitor/m:1886', port: 1886 };
    const both = diagnoseTargets({ targets: [one, two, plain, apart, metrics], controls: failing });
    t.equal(
      both.single('tls-blocked').title,
      'Every TLS handshake on port 443 and port 5671 is cut (3 endpoints)',
      'a port with one server is not a fault of its own beside it',
    );
    const web = target('key-vault', 'v.vault.azure.net', { attempts: [attempt('20.60.1.9', null, tls())] });
    const redis = failed('redis', 'r.redis.cache.windows.net', '20.60.1.7', 'tls_reset', {
      port: 6380,
      protocol: 'rediss',
    });
    const controls = [apart, redis].map((each) => cutToo(each, null));
    const { causes } = diagnoseTargets({ targets: [apart, redis, plain, web], controls });
    t.equal(causes[apart.id], 'undetermined', 'two servers on two ports');
  });

  t.test('servers of the user may be broken themselves', async (t) => {
    const own = ['20.9.9.1', '20.9.9.2'].map((host) =>
      failed('custom', host, host, 'tls_closed', {
        port: 8443,
        protocol: 'tls',
      }),
    );
    const controls = own.map((each) => cutToo(each, null));
    const { causes } = diagnoseTargets({ targets: [...own, plain], controls });
    t.same(
      own.map(({ id }) => causes[id]),
      ['undetermined', 'undetermined'],
    );
  });

  t.test('a device that completes every connection is stated instead', async (t) => {
    const { causes } = diagnoseTargets({
      targets: [one, two, plain],
      controls: [reservedAddress(true), ...failing],
    });
    t.equal(causes[one.id], 'transparent-proxy');
  });
});

t.test('a ClientHello of two segments', async (t) => {
  const passed = target('key-vault', 'v.vault.azure.net', { attempts: [attempt('20.60.1.9', null, tls())] });
  const largeHello = (
    inSegments: Failure | null,
    outcome: 'anomalous' | 'unknown' = 'anomalous',
    large: Failure = 'tls_reset',
  ): Control => ({
    name: 'tls-large-hello',
    outcome,
    detail: {
      text: 'tried',
      target: passed.id,
      address: '20.60.1.9',
      tries: [
        { hello: 'large', failure: large },
        { hello: 'small', failure: null },
        { hello: 'large', failure: large },
        { hello: 'segments', failure: inSegments },
      ],
    },
  });

  t.test('refused by a device: nothing to do for API Management', async (t) => {
    const { targets, single } = diagnoseTargets({ targets: [passed], controls: [largeHello('tls_reset')] });
    t.match(targets[0], { status: 'reachable', cause: null });
    const { severity, explanation } = single('large-hello-blocked');
    t.equal(severity, 'info');
    t.match(explanation, 'one of two TCP segments failed (tls_reset)');
  });

  t.test('lost by a path that loses full-size packets', async (t) => {
    const lost = largeHello(null, 'anomalous', 'tls_timeout');
    const { single } = diagnoseTargets({ targets: [passed], controls: [lost] });
    t.equal(single('packet-size-blackhole').severity, 'warning');
    t.same(
      diagnoseTargets({ targets: [passed], controls: [largeHello(null)] }).findings,
      [],
      'a reset is no loss of packets',
    );
  });

  t.test('cut by chance, as others are', async (t) => {
    const mixed = ['20.60.2.1', '20.60.2.2', '20.60.2.3'].map((address, index) =>
      target('key-vault', `v${index}.vault.azure.net`, {
        attempts: [attempt(address, 'tls_reset'), attempt(address, null, tls())],
      }),
    );
    const { findings } = diagnoseTargets({
      targets: [passed, ...mixed],
      controls: [largeHello('tls_reset')],
    });
    t.same(
      findings.map(({ cause }) => cause),
      ['intermittent-loss'],
    );
  });

  t.test('without a clear result', async (t) => {
    t.same(diagnoseTargets({ targets: [passed], controls: [largeHello(null, 'unknown')] }).findings, []);
  });
});

t.test('a finding about dates says which certificate', async (t) => {
  const OLD = { validFrom: '2016-01-01T00:00:00.000Z', validTo: '2020-12-31T00:00:00.000Z' };
  const found = (facts: Partial<TlsFacts>, failure: Failure = 'tls_expired') =>
    diagnoseTargets({
      targets: [
        failed('gateway', 'api.contoso.com', '10.1.0.5', failure, {
          facts: tls({ validity: 'expired', ...facts }),
        }),
      ],
      controls: [clock(0)],
    }).single('wrong-certificate');
  const leaf = found({ chain: [certificate(OLD), certificate()] });
  t.match(leaf, {
    title: 'api.contoso.com presents an expired certificate',
    explanation: /^Out of date is the server’s own certificate: “.*blob.*”, valid from 2016/,
    remedy: [/^Validity:/],
  });
  const issuer = found({ chain: [certificate(), certificate({ subject: 'CN=Contoso CA', ...OLD })] });
  t.match(issuer, {
    title: 'api.contoso.com sends a certificate of its authority that is expired',
    explanation: /not the server’s own: “CN=Contoso CA”, valid from 2016-01-01.* to 2020-12-31/,
    remedy: [/^Replace “CN=Contoso CA”/],
  });
  t.notMatch(issuer.remedy.join(), 'Validity:');
  const root = found({ trust: 'extra', root: { subject: 'CN=Contoso Root', ...OLD } });
  t.match(root, {
    title: 'api.contoso.com has a certificate below a root that is over',
    explanation: /^Out of date is the root of its chain: “CN=Contoso Root”, valid from 2016.* to 2020-12-31/,
    remedy: [/current root with --ca-file, .* instead of “CN=Contoso Root”/],
  });
  t.notMatch(root.remedy.join(), 'renew');
});

t.test('one outdated issuer of many certificates is no sign of a wrong clock', async (t) => {
  const old = certificate({ subject: 'CN=Contoso CA', validTo: '2020-12-31T00:00:00.000Z' });
  const targets = ['a.net', 'b.net', 'c.net'].map((host) =>
    failed('custom', host, '20.1.1.1', 'tls_expired', {
      facts: tls({ validity: 'expired', chain: [certificate({ fingerprint256: host }), old] }),
    }),
  );
  t.notOk(diagnoseTargets({ targets }).findings.some(({ cause }) => cause === 'clock-skew'));
});

t.test('an outdated root of --ca-file is no sign of a wrong clock either', async (t) => {
  const root = { subject: 'CN=Contoso Root', validFrom: null, validTo: '2020-12-31T00:00:00.000Z' };
  const own = failed('custom', 'a.net', '20.1.1.1', 'tls_expired', {
    facts: tls({ trust: 'extra', validity: 'expired', root }),
  });
  const { causes } = diagnoseTargets({ targets: [own], controls: [clock(3_600_000, ['b.net'])] });
  t.equal(causes[own.id], 'wrong-certificate');
});

t.test('a certificate that cannot be read', async (t) => {
  const broken = failed('sql', 'a.database.windows.net', '20.1.1.1', 'tls_bad_certificate', {
    facts: { error: 'ERR_SSL_TOO_LONG: too long' },
  });
  t.match(diagnoseTargets({ targets: [broken] }).single('wrong-certificate'), {
    title: 'a.database.windows.net presents a certificate that cannot be read',
    explanation: /ERR_SSL_TOO_LONG/,
  });
});

import t from 'tap';
import type { TlsFacts } from '../../probes/facts.ts';
import { attempt, certificate, diagnoseTargets, failed, target, tls } from './build.ts';

const HOST = 'a.blob.core.windows.net';
const COPIED = 'C=US, O=Microsoft Corporation, CN=Microsoft Azure RSA TLS Issuing CA 04';
const CONTOSO = 'O=Contoso\\, Ltd., CN=Contoso Root';

const opened = (facts: Partial<TlsFacts>) =>
  failed('storage-blob', HOST, '20.60.1.1', 'tls_untrusted', {
    required: true,
    facts: tls({ trust: 'none', trustError: 'SELF_SIGNED_CERT_IN_CHAIN', azureKey: null, ...facts }),
  });
const leaf = certificate({ issuer: COPIED });
const found = (facts: Partial<TlsFacts>) =>
  diagnoseTargets({ targets: [opened(facts)] }).single('tls-intercepted');

t.test('a device that copies the issuer’s name is named by its own authority', async (t) => {
  const chains: readonly (readonly [string, Partial<TlsFacts>])[] = [
    ['the copy’s issuer', { chain: [leaf, certificate({ subject: COPIED, issuer: CONTOSO })] }],
    ['the next certificate', { chain: [leaf, certificate({ subject: CONTOSO, issuer: CONTOSO })] }],
    [
      'after a genuine certificate that it sends along',
      {
        chain: [
          leaf,
          certificate({ subject: COPIED, issuer: 'O=DigiCert Inc, CN=DigiCert Global Root G2' }),
          certificate({ subject: CONTOSO, issuer: CONTOSO }),
        ],
      },
    ],
    [
      'the root in --ca-file',
      { trust: 'extra', chain: [leaf], root: { subject: CONTOSO, validFrom: null, validTo: null } },
    ],
    [
      'a copy without the organisation',
      {
        chain: [
          certificate({ issuer: 'CN=Microsoft Azure RSA TLS Issuing CA 04', issuerOrganization: null }),
          certificate({ subject: CONTOSO }),
        ],
      },
    ],
  ];
  for (const [name, facts] of chains) {
    const finding = found(facts);
    t.match(finding, { severity: 'error', title: 'TLS is intercepted by “Contoso, Ltd.”' }, name);
    t.match(
      finding.explanation,
      /Issuing CA 04”\. A device can copy that name, and none of the known keys of Azure/,
      name,
    );
  }
});

t.test('with copied names alone the device is unknown, and no innocent company is named', async (t) => {
  const finding = found({ chain: [leaf] });
  t.match(
    finding.title,
    /^TLS is intercepted by an unknown device, which copies the name “.*Issuing CA 04”$/,
  );
  t.notMatch(finding.title, /intercepted by “/);
  t.match(finding.explanation, /newer than this version would look the same: compare with/);
});

t.test('by key and not by name: a root of --ca-file that is called like Azure’s issuers', async (t) => {
  const trusted = (facts: Partial<TlsFacts>, organization: string) =>
    diagnoseTargets({
      targets: [
        target('storage-blob', HOST, {
          required: true,
          attempts: [
            attempt('20.60.1.1', null, {
              ...tls({ trust: 'extra', ...facts }, { issuerOrganization: organization }),
              proof: 'reply',
            }),
          ],
        }),
      ],
    }).targets[0];
  for (const organization of ['Microsoft Corporation', 'DigiCert Inc']) {
    t.match(trusted({ azureKey: null }, organization), {
      status: 'unreachable',
      failure: 'tls_untrusted',
      cause: 'tls-intercepted',
    });
    t.match(trusted({ azureKey: 'CN=Root G2' }, organization), { status: 'reachable', cause: null });
    t.match(trusted({}, organization), { status: 'reachable' }, 'an older report holds the name alone');
  }
  t.match(trusted({ azureKey: 'CN=Root G2' }, 'Contoso'), { status: 'reachable' });
});

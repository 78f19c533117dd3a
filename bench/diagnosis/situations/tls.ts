/** Faults of TLS: devices that read, cut or open it, and certificates. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Authority } from '../../../test/system/certificates.ts';
import { acceptor, inspection, nameFilter } from '../../../test/system/middleboxes.ts';
import { BLOB, CLIENT_HELLO, EVENT_HUBS, LOGIN, PUBLIC_RANGE, VAULT } from '../names.ts';
import type { Chapter, Expected, Shape } from '../situation.ts';
import type { HelloAction, Stage } from '../stage.ts';

const AZURE_443 = `${PUBLIC_RANGE} tcp dport 443`;
const VAULT_ALONE = { groups: ['key-vault'] } as const;
/** mitmproxy makes a certificate for each host, which takes long on a busy machine. */
const FOR_SLOW_DEVICE = { timeout: 30_000, args: ['--deadline', '120000'] } as const;
/** Ports on which TLS comes first, on public addresses. */
const TLS_PORTS = [443, 1886, 5671] as const;

const blocked = (cause: string, explains: Expected['explains'], more: Partial<Expected> = {}): Expected => ({
  causes: [cause],
  explains,
  verdict: 'blocked',
  ...more,
});

const cutName = (shape: string, action: HelloAction): Shape => ({
  shape,
  apply: (stage) => stage.helloDevice([VAULT], { action, names: [VAULT] }),
  expected: blocked('sni-filtered', VAULT_ALONE),
});

const cutAll = (shape: string, action: HelloAction): Shape => ({
  shape,
  apply: (stage) => stage.helloDevice(stage.publicHosts, { action }, TLS_PORTS),
  expected: blocked('tls-blocked', { ports: TLS_PORTS }),
});

async function inspected(stage: Stage, condition: string, isHandedIn: boolean): Promise<void> {
  const device = await stage.folder();
  const inspector = await Authority.create(device, 'Contoso IT Security');
  stage.use(await inspection(stage.subnet.router, device, inspector, condition));
  if (!isHandedIn) return;
  await stage.subnet.vm.copy(inspector.root, 'apim-probe/inspector.pem');
  await stage.write('apim-probe/config.yaml', 'caFile: [/etc/apim-probe/inspector.pem]\n');
}

/** Key Vault with a certificate of another authority or another time. */
const VAULT_CONTENT = `location / { add_header x-ms-keyvault-service-version '1.9.1.1' always; return 200 'true'; }`;

export const TLS: Chapter = {
  title: 'TLS',
  kind: 'fault',
  situations: [
    {
      id: 'sni-filtered',
      what: 'A firewall reads the server name and cuts the handshake for Key Vault’s',
      shapes: [
        cutName('by a reset', 'reset'),
        cutName('by silence', 'silence'),
        cutName('by an alert (40, handshake_failure)', { alert: 40 }),
        cutName('by an alert (112, unrecognized_name)', { alert: 112 }),
        cutName('by closing the connection', 'close'),
        {
          shape: 'squid ends the connection',
          apply: async (stage) => {
            const certificate = await stage.subnet.authority.issue(['firewall.contoso.example']);
            const { router } = stage.subnet;
            stage.use(await nameFilter(router, await stage.folder(), certificate, VAULT, AZURE_443));
          },
          expected: blocked('sni-filtered', VAULT_ALONE),
        },
      ],
    },
    {
      id: 'sni-filtered-many',
      what: 'A firewall allows the names of Storage alone on 443',
      shapes: [
        {
          shape: 'by a reset',
          apply: (stage) => {
            const others = stage.publicHosts.filter((host) => !host.includes('.core.windows.net'));
            return stage.helloDevice(stage.publicHosts, { action: 'reset', names: others });
          },
          expected: blocked('sni-filtered', 'some'),
        },
      ],
    },
    {
      id: 'tls-blocked',
      what: 'Every TLS handshake is cut, whatever the name',
      shapes: [
        {
          shape: 'by a reset',
          apply: (stage) => stage.filter(`${CLIENT_HELLO} reject with tcp reset`),
          expected: blocked('tls-blocked', { ports: TLS_PORTS }),
        },
        cutAll('by silence', 'silence'),
        cutAll('by an alert (40)', { alert: 40 }),
        cutAll('by closing the connection', 'close'),
      ],
    },
    {
      id: 'tls-lossy',
      what: 'A device resets three of ten handshakes by chance',
      shapes: [
        {
          shape: 'all hosts',
          apply: (stage) => stage.filter(`${CLIENT_HELLO} numgen random mod 10 < 3 reject with tcp reset`),
          expected: { causes: ['intermittent-loss'], explains: 'some', verdict: ['degraded', 'blocked'] },
        },
      ],
    },
    {
      id: 'tls-intercepted',
      what: 'A device opens TLS with certificates of its own authority',
      shapes: [
        {
          shape: 'Key Vault alone',
          ...FOR_SLOW_DEVICE,
          apply: (stage) => inspected(stage, `ip daddr ${stage.at(VAULT)} tcp dport 443`, false),
          expected: blocked('tls-intercepted', VAULT_ALONE, { text: /Contoso IT Security/ }),
        },
        {
          shape: 'everything on 443',
          ...FOR_SLOW_DEVICE,
          apply: (stage) => inspected(stage, AZURE_443, false),
          expected: blocked('tls-intercepted', { ports: [443] }, { text: /Contoso IT Security/ }),
        },
        {
          shape: 'everything on 443, and the user handed its root in',
          ...FOR_SLOW_DEVICE,
          apply: (stage) => inspected(stage, AZURE_443, true),
          expected: blocked('tls-intercepted', { ports: [443] }, { text: /Contoso IT Security/ }),
        },
      ],
    },
    {
      id: 'transparent-proxy',
      what: 'Something completes every handshake of TCP and then hangs up',
      shapes: [
        {
          shape: 'on 80 and 443',
          apply: async (stage) => {
            const condition = 'tcp dport { 80, 443 } ip daddr != 169.254.169.254';
            stage.use(await acceptor(stage.subnet.router, await stage.folder(), condition));
          },
          expected: blocked('transparent-proxy', { ports: [80, 443] }),
        },
        {
          shape: 'on every port',
          apply: async (stage) => {
            const condition = 'meta l4proto tcp ip daddr != { 169.254.169.254, 168.63.129.16 }';
            stage.use(await acceptor(stage.subnet.router, await stage.folder(), condition));
          },
          expected: blocked('transparent-proxy', 'some'),
        },
      ],
    },
    {
      id: 'wrong-certificate',
      what: 'Another service answers in the place of Key Vault',
      shapes: [
        {
          shape: 'with its own certificate',
          apply: (stage) =>
            stage.divert(
              `ip daddr ${stage.at(VAULT)} tcp dport 443 dnat ip to ${stage.subnet.addressOf(LOGIN)}`,
            ),
          expected: blocked('wrong-certificate', VAULT_ALONE),
        },
      ],
    },
    {
      id: 'expired-certificate',
      what: 'A service shows a certificate that has expired',
      shapes: [
        {
          shape: 'Key Vault, since a year',
          apply: async (stage) =>
            stage.replaceHttps({ [VAULT]: VAULT_CONTENT }, await stage.expiredCertificate(VAULT)),
          expected: blocked('wrong-certificate', VAULT_ALONE),
        },
      ],
    },
    {
      id: 'incomplete-chain',
      what: 'A service sends its certificate without the issuer’s',
      shapes: [
        {
          shape: 'Key Vault',
          apply: async (stage) => {
            const folder = join(await stage.folder(), 'authority');
            await mkdir(folder);
            const issuer = '/C=US/O=Microsoft Corporation/CN=Microsoft TLS G2 RSA CA OCSP 04';
            const authority = await Authority.create(folder, 'Microsoft Corporation', issuer);
            const { key } = await authority.issue([VAULT]);
            await stage.replaceHttps({ [VAULT]: VAULT_CONTENT }, { chain: join(folder, '1.pem'), key });
          },
          // No key of Azure's signed it, so nothing tells it from a device that copies the issuer's name.
          expected: {
            causes: ['certificate-chain', 'tls-intercepted'],
            explains: VAULT_ALONE,
            verdict: 'blocked',
          },
        },
      ],
    },
    {
      id: 'hello-on-amqp',
      what: 'A device cuts TLS on 5671 alone, whatever the name',
      shapes: [
        {
          shape: 'by a reset',
          apply: (stage) => stage.helloDevice([EVENT_HUBS], { action: 'reset' }, [5671]),
          expected: {
            causes: ['undetermined', 'tls-blocked'],
            explains: { groups: ['event-hubs'], ports: [5671] },
            verdict: 'degraded',
          },
        },
      ],
    },
    {
      id: 'tls-cut-at-one-address',
      what: 'TLS to one service is cut, with any name and without one',
      shapes: [
        {
          shape: 'Storage, by silence',
          apply: (stage) => stage.helloDevice([BLOB], { action: 'silence' }),
          expected: {
            causes: ['undetermined', 'tls-blocked', 'return-path-broken', 'packet-size-blackhole'],
            explains: { groups: ['storage-blob'] },
            verdict: 'blocked',
          },
        },
      ],
    },
  ],
};

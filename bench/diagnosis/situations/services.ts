/** Faults of the services behind a good path: refusals, and what listens there instead. */
import { fileURLToPath } from 'node:url';
import { postfix } from '../../../test/system/mail.ts';
import { acceptor } from '../../../test/system/middleboxes.ts';
import { lockedRedis, protectedRedis } from '../../../test/system/redis.ts';
import { EVENT_HUBS, KMS_HOSTS, MONITOR, REDIS, RELAYS, SQL, STORAGE, VAULT } from '../names.ts';
import {
  AZURE_STORAGE_DENIAL,
  EVENT_HUBS_DENIAL,
  STORAGE_PERIMETER_DENIAL,
  vaultDenial,
} from '../replies.ts';
import type { Chapter, Expected, Shape } from '../situation.ts';
import type { Stage } from '../stage.ts';

const KISS = fileURLToPath(new URL('../devices/ntp-kiss.ts', import.meta.url));
const OWN_HOST = '20.33.254.1';
const MAIL_PORTS = [25, 587, 25_028] as const;

const denied = (explains: Expected['explains'], text?: RegExp): Expected => ({
  causes: ['service-firewall-denied'],
  explains,
  verdict: 'degraded',
  owner: 'service',
  ...(text !== undefined && { text }),
});

const vaultDenies = (shape: string, code: string, message: string, text?: RegExp): Shape => ({
  shape,
  apply: (stage) => stage.replaceHttps({ [VAULT]: vaultDenial(code, message) }),
  expected: denied({ groups: ['key-vault'] }, text),
});

async function refusingRelays(stage: Stage, restriction: string): Promise<void> {
  const { azure, authority } = stage.subnet;
  const certificate = await authority.issue(['relay.systemtest.example']);
  const address = stage.spare();
  const at = MAIL_PORTS.map((port) => ({ address, port }));
  const own = { smtpd_delay_reject: 'no', smtpd_client_restrictions: restriction };
  stage.use(await postfix(azure, await stage.folder(), at, certificate, own));
  await stage.divert(`tcp dport { ${MAIL_PORTS.join(', ')} } dnat ip to ${address}`);
}

export const SERVICES: Chapter = {
  title: 'Services',
  kind: 'fault',
  situations: [
    {
      id: 'storage-firewall',
      what: 'Storage’s network rules refuse this subnet',
      shapes: [
        {
          shape: 'AuthorizationFailure',
          apply: (stage) =>
            stage.replaceHttps(Object.fromEntries(STORAGE.map((host) => [host, AZURE_STORAGE_DENIAL]))),
          expected: denied({ hosts: STORAGE, ports: [443] }),
        },
        {
          shape: 'a network security perimeter',
          apply: (stage) =>
            stage.replaceHttps(Object.fromEntries(STORAGE.map((host) => [host, STORAGE_PERIMETER_DENIAL]))),
          expected: denied({ hosts: STORAGE, ports: [443] }, /perimeter/i),
        },
      ],
    },
    {
      id: 'key-vault-firewall',
      what: 'Key Vault’s network rules refuse this subnet',
      shapes: [
        vaultDenies(
          'ForbiddenByFirewall',
          'ForbiddenByFirewall',
          'Client address is not authorized and caller is not a trusted service.',
        ),
        vaultDenies(
          'ForbiddenByConnection',
          'ForbiddenByConnection',
          'Public network access is disabled and request is not from a trusted service nor via an approved private link.',
        ),
        vaultDenies(
          'a network security perimeter',
          'ForbiddenByNsp',
          'Access is denied by the network security perimeter.',
          /perimeter/i,
        ),
      ],
    },
    {
      id: 'event-hubs-firewall',
      what: 'The rules of the Event Hubs namespace refuse this subnet',
      shapes: [
        {
          shape: 'on 443',
          apply: (stage) => stage.replaceHttps({ [EVENT_HUBS]: EVENT_HUBS_DENIAL }),
          expected: denied({ groups: ['event-hubs'], ports: [443] }),
        },
      ],
    },
    {
      id: 'wrong-service',
      what: 'Something else listens in the place of a service',
      shapes: [
        {
          shape: 'a web server for Key Vault, with a good certificate',
          apply: (stage) => stage.replaceHttps({ [VAULT]: 'location / { return 404; }' }),
          expected: { causes: ['wrong-service'], explains: { groups: ['key-vault'] }, verdict: 'blocked' },
        },
        {
          shape: 'a web server for SQL',
          apply: (stage) =>
            stage.divert(
              `ip daddr ${stage.at(SQL)} tcp dport 1433 dnat ip to ${stage.subnet.addressOf(MONITOR)}:443`,
            ),
          expected: {
            causes: ['wrong-service', 'wrong-certificate'],
            explains: { groups: ['sql'] },
            verdict: 'blocked',
          },
        },
        {
          shape: 'a mail relay for KMS',
          apply: (stage) =>
            stage.divert(
              `ip daddr ${stage.at(...KMS_HOSTS)} tcp dport 1688 dnat ip to ${stage.subnet.addressOf(RELAYS[0])}:25`,
            ),
          expected: { causes: ['wrong-service'], explains: { groups: ['kms'] }, verdict: 'degraded' },
        },
      ],
    },
    {
      id: 'service-hangs-up',
      what: 'A service ends the connection after the TLS handshake without a word',
      shapes: [
        {
          shape: 'Event Hubs on 5671',
          apply: async (stage) => {
            const { authority, router } = stage.subnet;
            const condition = `ip daddr ${stage.at(EVENT_HUBS)} tcp dport 5671`;
            const certificate = await authority.issue([EVENT_HUBS]);
            stage.use(await acceptor(router, await stage.folder(), condition, certificate));
          },
          expected: {
            causes: ['undetermined'],
            explains: { groups: ['event-hubs'], ports: [5671] },
            verdict: 'degraded',
          },
        },
      ],
    },
    {
      id: 'redis-protected',
      what: 'A Redis of the user’s own refuses clients (protected mode)',
      shapes: [
        {
          shape: 'port 6379',
          args: ['--target', `redis://${OWN_HOST}:6379`],
          apply: async (stage) => {
            const address = stage.spare();
            stage.use(await protectedRedis(stage.subnet.azure, `${await stage.folder()}/redis`, address));
            await stage.divert(`ip daddr ${OWN_HOST} tcp dport 6379 dnat ip to ${address}`);
          },
          expected: { causes: ['service-refused'], explains: { groups: ['custom'] }, verdict: 'degraded' },
        },
      ],
    },
    {
      id: 'redis-wrong-certificate',
      what: 'The cache shows a certificate for another name',
      shapes: [
        {
          shape: 'Azure Managed Redis, 10000',
          args: ['--redis', REDIS],
          apply: async (stage) => {
            const { azure, authority } = stage.subnet;
            const address = stage.spare();
            const certificate = await authority.issue(['cache.contoso.example']);
            stage.use(await lockedRedis(azure, `${await stage.folder()}/redis`, address, certificate));
            await stage.divert(`ip daddr ${stage.at(REDIS)} tcp dport 10000 dnat ip to ${address}:6380`);
          },
          expected: { causes: ['wrong-certificate'], explains: { hosts: [REDIS] }, verdict: 'degraded' },
        },
      ],
    },
    {
      id: 'smtp-refused',
      what: 'The mail relays, which the documents dropped, refuse this client',
      shapes: [
        {
          shape: '554 in the greeting',
          apply: (stage) => refusingRelays(stage, 'reject'),
          expected: {
            causes: ['service-refused'],
            explains: { groups: ['smtp'] },
            verdict: 'ready',
            isInformation: true,
            owner: 'service',
          },
        },
        {
          shape: '450 in the greeting (greylisting)',
          apply: (stage) => refusingRelays(stage, 'defer'),
          expected: {
            causes: ['service-refused'],
            explains: { groups: ['smtp'] },
            verdict: 'ready',
            isInformation: true,
            owner: 'service',
          },
        },
      ],
    },
    {
      id: 'starttls-stripped',
      what: 'A device overwrites STARTTLS in what the mail relays offer',
      shapes: [
        {
          shape: 'all relays',
          apply: (stage) => stage.relay(RELAYS, { replace: ['STARTTLS', 'XXXXXXXX'] }, MAIL_PORTS),
          expected: {
            causes: ['starttls-stripped'],
            explains: { groups: ['smtp'] },
            verdict: 'ready',
            isInformation: true,
          },
        },
      ],
    },
    {
      id: 'ntp',
      what: 'A time server of the user’s',
      shapes: [
        {
          shape: 'is dropped',
          args: ['--target', `ntp://${OWN_HOST}`],
          apply: (stage) => stage.filter('udp dport 123 drop'),
          // One silent datagram service may as well be a host without one.
          expected: {
            causes: ['outbound-dropped', 'undetermined'],
            explains: { groups: ['custom'] },
            verdict: 'degraded',
          },
        },
        {
          shape: 'refuses with the kiss code DENY',
          args: ['--target', `ntp://${OWN_HOST}`],
          apply: async (stage) => {
            const server = stage.use(stage.subnet.azure.serve([process.execPath, KISS, OWN_HOST, 'DENY']));
            await server.printed('ready');
          },
          expected: {
            causes: ['service-refused'],
            explains: { groups: ['custom'] },
            verdict: 'degraded',
            text: /DENY/,
          },
        },
      ],
    },
  ],
};

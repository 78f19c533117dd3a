/** What the refusals of each protocol mean, and what to do about them. Pure. */
import type { Facts, RefusalFacts } from '../../probes/facts.ts';
import type { Target } from '../model/report.ts';

/** A kind of refusal: the endpoints that it explains share its remedy. */
export interface RefusalKind {
  readonly id: string;
  /** Whether the same request may pass later. */
  readonly isTemporary: boolean;
  readonly remedy: readonly string[];
}

type Refused = Pick<RefusalFacts, 'to' | 'code'>;
type Kind = RefusalKind & { readonly matches: (refused: Refused) => boolean };

const kind = (
  id: string,
  matches: Kind['matches'],
  remedy: readonly string[],
  { isTemporary = false } = {},
): Kind => ({ id, matches, remedy, isTemporary });

const AGAIN = 'Run again after 15 minutes, from the same address.';
const WAY_OUT =
  'The refused address is the one that this VM’s traffic leaves from. API Management gets the same answer only where it ' +
  'leaves through the same NAT gateway or firewall.';

/** RFC 5321 section 4.2.1: 4yz is temporary, 5yz is permanent. */
const SMTP: readonly Kind[] = [
  kind('smtp-starttls', ({ to }) => to === 'STARTTLS', [
    'The relay lists STARTTLS and then refuses it: its operator has to look at its certificate, key and log.',
    AGAIN,
  ]),
  kind(
    'smtp-temporary',
    ({ code }) => code.startsWith('4'),
    [
      `The relay refuses for now. ${AGAIN} A relay with greylisting (RFC 6647) admits a sender that tries again later.`,
      'If the text speaks of too many connections: run with --only smtp --concurrency 1.',
      'If it lasts for more than an hour: ask the relay’s operator to admit the address that this subnet’s mail leaves from.',
    ],
    { isTemporary: true },
  ),
  kind('smtp-ehlo', ({ to }) => to === 'EHLO', [
    'The relay greeted, and does not accept how this client introduces itself: it may refuse the name apim-probe.invalid, ' +
      'or an address without a name in reverse DNS. The path to the relay works.',
    'If the text names the address: ask the relay’s operator to admit it.',
  ]),
  kind('smtp-permanent', () => true, [
    'Read the text: a block list names itself there, mostly with a page on which to have an address removed. Ask its ' +
      'operator, or the relay’s, to admit the public address that this subnet’s mail leaves from.',
    'If the text names a mail gateway or firewall of your own: admit this subnet there.',
    WAY_OUT,
  ]),
];

/** RFC 5905 section 7.4. */
const NTP: readonly Kind[] = [
  kind(
    'ntp-rate',
    ({ code }) => code === 'RATE',
    [
      'The server gets too many requests from this address, which NAT may share among many clients. Run again after ' +
        'some minutes, and have the clients behind the address ask less often.',
      'Or use another time server.',
    ],
    { isTemporary: true },
  ),
  kind('ntp-denied', ({ code }) => code === 'DENY' || code === 'RSTR', [
    'Admit this subnet’s address in the server’s access rules (chrony: allow; ntpd: restrict), or use another time server.',
    'Clients must stop asking a server that answers DENY or RSTR, so the VMs’ time settings have to change meanwhile.',
  ]),
  kind(
    'ntp-no-time',
    ({ code }) => /^(?:stratum (?:0|16)|INIT|STEP)$/.test(code),
    [
      'The server runs and has no valid time itself: look at its own sources (chronyc sources, ntpq -p, w32tm /query ' +
        '/status). After a restart it needs some minutes.',
    ],
    { isTemporary: true },
  ),
];

const REDIS: readonly Kind[] = [
  kind('redis-protected', ({ code }) => code === 'DENIED', [
    'A Redis without a password answers other hosts so. Set a password, or a bind address with “protected-mode no”, on it.',
    'Azure sets its caches up for other hosts: if this should be one of them, check the host name and the address.',
  ]),
  kind(
    'redis-full',
    () => true,
    [
      'The cache has as many clients as it admits. Close idle clients, raise maxclients, or scale the cache up.',
      AGAIN,
    ],
    { isTemporary: true },
  ),
];

/** Azure SQL's errors for callers that the server's network rules do not admit. */
const SQL_NETWORK: readonly string[] = ['40615', '40914', '42101', '47073'];

const TDS: readonly Kind[] = [
  kind('tds-network', ({ code }) => SQL_NETWORK.includes(code), [
    'SQL server’s Networking page: add a virtual network rule for this subnet, with the service endpoint Microsoft.Sql, ' +
      'or a firewall rule for the address in the text.',
    'Or give the server a private endpoint that this subnet can reach, and link its private DNS zone.',
  ]),
  kind('tds-error', () => true, [
    'Look the number up in “Troubleshoot connectivity issues and other errors with Azure SQL Database”, and correct that ' +
      'on the server.',
    AGAIN,
  ]),
];

const AMQP: readonly Kind[] = [
  kind('amqp-unauthorized', ({ code }) => code === 'amqp:unauthorized-access', [
    'If the text says that the address has been prevented to connect: admit this subnet on the namespace’s Networking ' +
      'page, or in its network security perimeter if it is in one.',
    'Otherwise the broker wants another login before it goes on.',
  ]),
  kind(
    'amqp-closed',
    () => true,
    [
      `The server closed the connection by itself. ${AGAIN}`,
      'If the text speaks of a limit: close idle connections, or raise the quota of the namespace or broker.',
    ],
    { isTemporary: true },
  ),
];

const SMB: readonly Kind[] = [
  kind('smb-versions', ({ code }) => code === 'STATUS_NOT_SUPPORTED' || code === 'STATUS_INVALID_PARAMETER', [
    'The file server accepts none of SMB 2.0.2 to 3.1.1 as offered. Azure Files: storage account, File shares, Security: ' +
      'allow SMB 3.1.1 or 3.0 with AES-128-GCM.',
  ]),
  kind('smb-denied', ({ code }) => code === 'negative session response', [
    'The file server does not admit this client: admit this subnet in its rules (Samba: hosts allow, hosts deny).',
    'If the text speaks of resources: the server has too many connections; run again later.',
  ]),
  kind('smb-refused', () => true, [
    'Look the status up in MS-ERREF, and read the file server’s log: it refused before any login.',
    AGAIN,
  ]),
];

const KMS: readonly Kind[] = [
  kind(
    'kms-busy',
    ({ code }) => code === 'temporary_congestion' || code === 'local_limit_exceeded',
    [`The activation service is busy. ${AGAIN}`],
    { isTemporary: true },
  ),
  kind('kms-refused', () => true, [
    'Azure’s KMS serves only requests from a public address of Azure. If a default route leads into a network of your ' +
      'own: add routes with next hop Internet for the addresses of the KMS hosts.',
    'On a KMS host of your own: admit this subnet for RPC.',
  ]),
];

const KINDS: Readonly<Partial<Record<Target['protocol'], readonly Kind[]>>> = {
  smtp: SMTP,
  ntp: NTP,
  redis: REDIS,
  rediss: REDIS,
  tds: TDS,
  amqp: AMQP,
  amqps: AMQP,
  smb: SMB,
  kms: KMS,
};

/** The kind of a refusal in this protocol; null for one without a remedy of its own. */
export function kindOfRefusal(protocol: Target['protocol'], refused: Refused | null): RefusalKind | null {
  if (refused === null) return null;
  return KINDS[protocol]?.find(({ matches }) => matches(refused)) ?? null;
}

/** The RPC runtime does not know the interface: nca_s_unk_if (C706, appendix E). */
const UNKNOWN_INTERFACE = '0x1c010003';

/** Rejections of a bind that say nothing of the interface. */
const BUSY: readonly string[] = ['temporary_congestion', 'local_limit_exceeded'];

/** Whether an RPC server refused the caller. Otherwise it does not have the interface, or does not say why. */
export function isRefusalOfRpc({ kms }: Facts): boolean {
  if (kms?.result === 'fault') return kms.reason !== UNKNOWN_INTERFACE;
  return kms?.result === 'bind_nak' && BUSY.includes(kms.reason ?? '');
}

/**
 * Schemas of the evidence that the probes record. Probes import them with `import type`; only the report loads them at
 * run time.
 */
import { z } from 'zod';
import { EntraIdFacts, EventHubsFacts, GatewayFacts, KeyVaultFacts, StorageFacts } from './product-facts.ts';

const instant = (what: string) =>
  z.iso.datetime().nullable().describe(`${what}; null when it cannot be read`);
const name = z.string().describe('Name');

/** One certificate of a presented chain; its strings are printable. */
export const CertificateFacts = z
  .strictObject({
    subject: z.string().describe('RFC 4514 style, most specific last, as the certificate holds it'),
    issuer: z.string().describe('In the same form'),
    issuerOrganization: z
      .string()
      .nullable()
      .describe('O of the issuer: a public CA, or an inspecting device, which can copy a name'),
    names: z.array(z.string().describe('Entry')).describe('subjectAltName entries, at most 50'),
    serialNumber: z.string().describe('Hexadecimal'),
    validFrom: instant('First moment of its validity'),
    validTo: instant('Last moment of its validity'),
    fingerprint256: z
      .string()
      .describe('SHA-256 of the certificate: bytes in hexadecimal, colons between them'),
    der: z
      .base64()
      .nullable()
      .describe('The certificate itself, where its chain did not verify; at most 32 KiB of a chain'),
    caIssuers: z
      .array(z.string().describe('URL'))
      .optional()
      .describe(
        'Where its issuer’s certificate can be fetched (authorityInfoAccess), at most 4; where its chain did not verify',
      ),
  })
  .describe('One certificate');
export type CertificateFacts = z.infer<typeof CertificateFacts>;

export const ChainProblem = z
  .strictObject({
    kind: z
      .enum([
        'expired',
        'not-yet-valid',
        'weak-signature',
        'weak-key',
        'not-a-ca',
        'may-not-sign',
        'path-length',
        'purpose',
        'critical-extension',
        'malformed-extension',
        'name-constraint',
      ])
      .describe('What is wrong with the certificate'),
    subject: z.string().describe('Of the certificate'),
    detail: z
      .string()
      .nullable()
      .describe(
        'The signature’s algorithm, the kind of key and its bits, how many CAs may follow, the OID of the extension, or ' +
          'the name that it may not issue for',
      ),
  })
  .describe('Why a certificate does not count in a path (RFC 5280 section 6)');
export type ChainProblem = z.infer<typeof ChainProblem>;

export const TlsFacts = z
  .strictObject({
    serverName: z.string().nullable().describe('The name sent in SNI, null when none was sent'),
    version: z.string().nullable().describe('Negotiated TLS version'),
    cipher: z.string().nullable().describe('Negotiated cipher suite'),
    alpn: z.string().nullable().describe('Protocol negotiated by ALPN'),
    trust: z
      .enum(['public', 'extra', 'none'])
      .describe(
        'Where the chain ends, completed with what completedWith lists: a public root of the runtime, a root of ' +
          '--ca-file, or neither',
      ),
    trustError: z.string().nullable().describe('The verifier’s error code for a chain that does not verify'),
    nameMatches: z.boolean().describe('Whether the certificate contains the target’s name'),
    validity: z.enum(['valid', 'expired', 'not-yet-valid']).describe('Of the chain, by the local clock'),
    chain: z.array(CertificateFacts).describe('Leaf first, as presented, at most 10'),
    azureKey: z
      .string()
      .nullable()
      .optional()
      .describe(
        'Where the chain as presented does not verify to a public root: the subject of the known CA of Azure whose ' +
          'key verifies it, null for none',
      ),
    completedWith: z
      .array(z.string().describe('Subject'))
      .optional()
      .describe('Known CAs of Azure that the chain lacks, and with which it leads to a public root'),
    root: z
      .strictObject({
        subject: z.string().describe('In the form of a certificate’s subject'),
        validFrom: instant('First moment of its validity'),
        validTo: instant('Last moment of its validity'),
      })
      .optional()
      .describe(
        'The root, where the chain as presented does not verify to a public root but leads to this one',
      ),
    chainProblems: z
      .array(ChainProblem)
      .optional()
      .describe(
        'Why the path that comes nearest to a root is not valid, where the chain leads to no trusted root (trust: none)',
      ),
  })
  .describe('The TLS handshake');
export type TlsFacts = z.infer<typeof TlsFacts>;

export const HttpFacts = z
  .strictObject({
    status: z.int().describe('Status code'),
    headers: z
      .record(z.string().describe('Name'), z.string().describe('Value'))
      .describe('Chosen headers, lower-case names; location without its query'),
    bodyBytes: z.int().describe('Bytes read, at most 65,536'),
    bodyStart: z.string().describe('Its beginning, printable, at most 256 characters'),
    title: z.string().optional().describe('Title of the page, printable, at most 256 characters'),
    pageDigest: z
      .string()
      .optional()
      .describe(
        'SHA-256 of a text sent without TLS, after removal of the requested host and path, of all numbers and of long ' +
          'tokens: two hosts with the same digest sent the same page',
      ),
    blockPage: z.string().nullable().describe('The product whose block page this is, when one is recognised'),
  })
  .describe('The HTTP reply');
export type HttpFacts = z.infer<typeof HttpFacts>;

const ReceivedFacts = z
  .strictObject({
    text: z.string().describe('Its beginning, printable, at most 256 characters, line ends as spaces'),
    title: z.string().optional().describe('Title of the page, when it is one'),
    blockPage: z.string().nullable().describe('The product whose block page this is, when one is recognised'),
  })
  .describe('Text that the peer sent during the step that failed, for example HTTP in the place of TLS');
export type ReceivedFacts = z.infer<typeof ReceivedFacts>;

const DnsFacts = z
  .strictObject({
    udp: z.string().describe('rcode or failure over UDP'),
    tcp: z.string().describe('rcode or failure over TCP'),
  })
  .describe('What the DNS server answered');

const AmqpFacts = z
  .strictObject({
    header: z.string().describe('The protocol header that the server answered with, by name and version'),
    mechanisms: z.array(name).describe('SASL mechanisms that it offers, at most 20'),
  })
  .describe('AMQP');

const KmsFacts = z
  .strictObject({
    result: z.string().describe('acceptance, or the RPC server’s other result'),
    reason: z.string().nullable().describe('Why it did not accept; null when it did'),
    secondaryAddress: z.string().nullable().describe('The endpoint’s own name for itself: its port'),
    maxTransmit: z.int().nullable().describe('Bytes of the largest fragment that it sends'),
  })
  .describe('DCE/RPC of the key management service');

const RedisFacts = z
  .strictObject({
    reply: z.string().describe('To PING, with the sign of its kind in front, at most 256 characters'),
  })
  .describe('Redis');

const SmbFacts = z
  .strictObject({
    dialect: z.string().describe('Version that the server chose among those offered'),
    serverGuid: z.string().describe('GUID of the server'),
    signingRequired: z.boolean().describe('Whether the server requires signed messages'),
    capabilities: z.array(name).describe('The server’s capabilities, with the names of MS-SMB2'),
  })
  .describe('SMB');

const IcmpFacts = z
  .strictObject({
    rttMs: z.number().nullable().describe('Round trip of the echo request, as printed by ping'),
  })
  .describe('The echo request');

export const NtpFacts = z
  .strictObject({
    stratum: z.int().min(0).max(16).describe('1 to 15; with 0 and 16 the server has no valid time'),
    synchronised: z.boolean().describe('False when the server reports that its clock has no source'),
    offsetMs: z.number().nullable().describe('Local clock minus the server’s'),
    delayMs: z.number().nullable().describe('Round-trip delay'),
    referenceId: z.string().describe('Name or address of the server’s own source'),
    kiss: z.string().nullable().describe('The kiss-o’-death code with which the server refused this client'),
  })
  .describe('NTP');
export type NtpFacts = z.infer<typeof NtpFacts>;

export const SmtpFacts = z
  .strictObject({
    banner: z.string().describe('Text of the greeting, at most 256 characters'),
    capabilities: z
      .array(name)
      .describe('Capabilities of the last EHLO, under TLS if it was started; at most 32'),
    startTls: z.boolean().describe('Whether the first EHLO listed STARTTLS; the certificate is under tls'),
    masked: z
      .string()
      .optional()
      .describe('A capability that a firewall overwrote, where STARTTLS is missing: XXXXXXXA'),
  })
  .describe('SMTP');
export type SmtpFacts = z.infer<typeof SmtpFacts>;

const TdsFacts = z
  .strictObject({
    mode: z.enum(['tds7', 'tds8']).describe('TLS inside TDS packets, or TLS before everything'),
    version: z.string().describe('Of the server: major, minor and build'),
    encryption: z.string().describe('off, on, not-supported, required or strict; any other byte as 0x…'),
    fedAuthRequired: z
      .boolean()
      .nullable()
      .describe('The server’s answer to FEDAUTHREQUIRED (Entra ID); null without one'),
  })
  .describe('TDS, the protocol of Azure SQL');

/** A refusal by the service itself, in its own protocol. */
export const RefusalFacts = z
  .strictObject({
    to: z.string().describe('What was refused: the connection, EHLO, STARTTLS, PRELOGIN, PING …'),
    code: z.string().describe('Its code in the protocol: 554, DENY, STATUS_ACCESS_DENIED …'),
    text: z
      .string()
      .nullable()
      .describe('The service’s own text, at most 256 characters; null when the protocol has none'),
  })
  .describe('The refusal, when the service answered in its protocol and refused');
export type RefusalFacts = z.infer<typeof RefusalFacts>;

/** The evidence of one attempt. */
export const Facts = z
  .strictObject({
    dialled: z.string().optional().describe('address:port of the connection, when --connect-to changed it'),
    proof: z
      .enum(['connect', 'certificate', 'reply'])
      .optional()
      .describe('What proved the service: a bare TCP connection, its TLS certificate, or a reply'),
    contentProved: z
      .boolean()
      .optional()
      .describe('Whether the reply was the file that the request named; absent where no content is known'),
    error: z.string().optional().describe('Text of the error when the attempt failed'),
    defect: z
      .literal(true)
      .optional()
      .describe('A defect of apim-probe ended the attempt, so it says nothing about the endpoint'),
    bytesReceived: z
      .int()
      .optional()
      .describe('Bytes received over the connection when a step after connect failed'),
    refusal: RefusalFacts.optional(),
    tlsAlert: z
      .int()
      .min(0)
      .max(255)
      .optional()
      .describe('Number of the fatal alert with which the peer ended the handshake (RFC 8446, section 6)'),
    received: ReceivedFacts.optional(),
    tls: TlsFacts.optional(),
    http: HttpFacts.optional(),
    entraId: EntraIdFacts.optional(),
    eventHubs: EventHubsFacts.optional(),
    gateway: GatewayFacts.optional(),
    keyVault: KeyVaultFacts.optional(),
    storage: StorageFacts.optional(),
    dns: DnsFacts.optional(),
    amqp: AmqpFacts.optional(),
    kms: KmsFacts.optional(),
    redis: RedisFacts.optional(),
    smb: SmbFacts.optional(),
    icmp: IcmpFacts.optional(),
    ntp: NtpFacts.optional(),
    smtp: SmtpFacts.optional(),
    tds: TdsFacts.optional(),
  })
  .describe('Evidence of the attempt and the service’s data about itself, up to the end of the attempt');
export type Facts = z.infer<typeof Facts>;

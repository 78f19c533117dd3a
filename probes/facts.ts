/**
 * Schemas of the evidence that the probes record. Probes import them with `import type`; only the report loads them at
 * run time.
 */
import { z } from 'zod';
import { EntraIdFacts, EventHubsFacts, GatewayFacts, KeyVaultFacts, StorageFacts } from './product-facts.ts';

const instant = (what: string) =>
  z.iso.datetime().nullable().describe(`${what}; null when it cannot be read`);
const word = z.string().describe('Word');

/** One certificate of a presented chain; its strings are printable. */
export const CertificateFacts = z
  .strictObject({
    subject: z.string().describe('RFC 4514 style, most specific last, as the certificate holds it'),
    issuer: z.string().describe('In the same form'),
    issuerOrganization: z
      .string()
      .nullable()
      .describe('O of the issuer: what tells a public CA from an inspecting device'),
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
  })
  .describe('One certificate');
export type CertificateFacts = z.infer<typeof CertificateFacts>;

export const TlsFacts = z
  .strictObject({
    serverName: z.string().nullable().describe('The name sent in SNI, null when none was sent'),
    version: z.string().nullable().describe('TLS version that was agreed on'),
    cipher: z.string().nullable().describe('Cipher suite that was agreed on'),
    alpn: z.string().nullable().describe('Protocol that was agreed on by ALPN'),
    trust: z
      .enum(['public', 'extra', 'none'])
      .describe('Where the chain ends: a public root of the runtime, a root of --ca-file, or neither'),
    trustError: z.string().nullable().describe('The verifier’s word for a chain that does not verify'),
    nameMatches: z.boolean().describe('Whether the certificate holds the target’s name'),
    validity: z.enum(['valid', 'expired', 'not-yet-valid']).describe('Of the chain, by the local clock'),
    chain: z.array(CertificateFacts).describe('Leaf first, as presented, at most 10'),
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
    blockPage: z.string().nullable().describe('The product whose block page this is, when one is recognised'),
  })
  .describe('The HTTP reply');
export type HttpFacts = z.infer<typeof HttpFacts>;

const DnsFacts = z
  .strictObject({
    udp: z.string().describe('rcode or failure over UDP'),
    tcp: z.string().describe('rcode or failure over TCP'),
  })
  .describe('What the DNS server answered');

const AmqpFacts = z
  .strictObject({
    header: z.string().describe('The protocol header that the server answered with, by name and version'),
    mechanisms: z.array(word).describe('SASL mechanisms that it offers, at most 20'),
  })
  .describe('AMQP');

const KmsFacts = z
  .strictObject({
    result: z.string().describe('acceptance, or what the RPC server said instead'),
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
    serverGuid: z.string().describe('By which the server identifies itself'),
    signingRequired: z.boolean().describe('Whether the server demands signed messages'),
    capabilities: z.array(word).describe('What the server says that it can, in MS-SMB2’s words'),
  })
  .describe('SMB');

const IcmpFacts = z
  .strictObject({
    rttMs: z.number().nullable().describe('Round trip of the echo request, as ping says'),
  })
  .describe('The echo request');

export const NtpFacts = z
  .strictObject({
    stratum: z.int().min(0).max(16).describe('1 to 15; with 0 and 16 the server has no time to give'),
    synchronised: z.boolean().describe('False when the server says that its own clock has no source'),
    offsetMs: z.number().nullable().describe('Local clock minus the server’s'),
    delayMs: z.number().nullable().describe('Time on the way, there and back'),
    referenceId: z.string().describe('Name or address of the server’s own source'),
    kiss: z.string().nullable().describe('The code by which it turned this client away (kiss-o’-death)'),
  })
  .describe('NTP');
export type NtpFacts = z.infer<typeof NtpFacts>;

export const SmtpFacts = z
  .strictObject({
    banner: z.string().describe('Text of the greeting, at most 256 characters'),
    capabilities: z
      .array(word)
      .describe('What the last EHLO listed, under TLS where it came to that; at most 32'),
    startTls: z.boolean().describe('Whether the first EHLO listed STARTTLS; the certificate is under tls'),
  })
  .describe('SMTP');
export type SmtpFacts = z.infer<typeof SmtpFacts>;

const TdsFacts = z
  .strictObject({
    mode: z.enum(['tds7', 'tds8']).describe('TLS inside TDS packets, or TLS before everything'),
    version: z.string().describe('Of the server: major, minor and build'),
    encryption: z
      .string()
      .describe('off, on, not-supported, required or strict; a byte as 0x… when it is none of these'),
    fedAuthRequired: z
      .boolean()
      .nullable()
      .describe('What the server answered to FEDAUTHREQUIRED (Entra ID); null when it did not'),
  })
  .describe('TDS, the protocol of Azure SQL');

/** The evidence of one attempt. */
export const Facts = z
  .strictObject({
    dialled: z
      .string()
      .optional()
      .describe('address:port that the socket went to, when --connect-to changed it'),
    proof: z
      .enum(['connect', 'certificate', 'reply'])
      .optional()
      .describe(
        'What showed that the service is there: a bare TCP connection, its TLS certificate, or a reply',
      ),
    error: z.string().optional().describe('What was seen when the attempt failed'),
    defect: z
      .literal(true)
      .optional()
      .describe('A defect of apim-probe ended the attempt, so it says nothing about the endpoint'),
    bytesReceived: z
      .int()
      .optional()
      .describe('Bytes that had come over the connection when a step after the connecting one failed'),
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
  .describe('What was seen and what the service said of itself, as far as the attempt came');
export type Facts = z.infer<typeof Facts>;

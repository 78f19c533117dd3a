/** Schemas of the evidence from Azure's products over HTTP. Probes import them with `import type`. */
import { z } from 'zod';
import { FAILURES } from './failures.ts';

export const EntraIdFacts = z
  .strictObject({
    issuer: z.string().nullable().describe('From the OpenID configuration, at most 256 characters'),
    errorCode: z.string().nullable().describe('AADSTS…, when it answered with an error'),
  })
  .describe('Microsoft Entra ID');
export type EntraIdFacts = z.infer<typeof EntraIdFacts>;

export const EventHubsFacts = z
  .strictObject({
    trackingId: z.string().nullable().describe('Identifies the request for Microsoft’s support'),
    networkDenied: z.boolean().describe('The namespace’s own network rules refuse this address'),
    perimeter: z.literal(true).optional().describe('The refusal names a network security perimeter'),
    webSocket: z
      .strictObject({
        status: z.int().nullable().describe('101 when the server accepted AMQP over WebSockets'),
        protocol: z.string().nullable().describe('The subprotocol that the server chose'),
        failure: z.enum(FAILURES).nullable().describe('How it failed; null on success'),
      })
      .describe('The upgrade of /$servicebus/websocket, on a separate connection'),
  })
  .describe('Event Hubs');
export type EventHubsFacts = z.infer<typeof EventHubsFacts>;

export const GatewayFacts = z
  .strictObject({
    answer: z
      .enum(['status', 'not-found', 'other'])
      .describe('The health path’s 200, the gateway’s 404, or an undocumented reply'),
  })
  .describe('The gateway of API Management');
export type GatewayFacts = z.infer<typeof GatewayFacts>;

export const KeyVaultFacts = z
  .strictObject({
    serviceVersion: z.string().describe('Version that the vault names'),
    region: z.string().nullable().describe('Region that the vault names'),
    sourceAddress: z.string().nullable().describe('The source address that the vault saw'),
    source: z
      .enum(['vm', 'private', 'public'])
      .nullable()
      .describe(
        'vm: this VM’s own address (private or service endpoint); private: another private address; public: NAT or a firewall',
      ),
    challenge: z.boolean().describe('Whether the data path asked for a token'),
    errorCode: z.string().nullable().describe('The innermost code of the error'),
  })
  .describe('Key Vault');
export type KeyVaultFacts = z.infer<typeof KeyVaultFacts>;

export const StorageFacts = z
  .strictObject({
    requestId: z.string().nullable().describe('Identifies the request for Microsoft’s support'),
    errorCode: z.string().nullable().describe('Code of the error'),
    networkDenied: z.boolean().describe('The account’s own network rules refuse this subnet'),
    perimeter: z.literal(true).optional().describe('The refusal names a network security perimeter'),
  })
  .describe('Azure Storage');
export type StorageFacts = z.infer<typeof StorageFacts>;

/** What Azure's own documents (`--from`) say of this run, as the report holds it. */
import { z } from 'zod';

/** The documents that `--from` reads, named after the resources of Azure. */
export const DOCUMENT_KINDS = [
  'network-status',
  'outbound-dependencies',
  'effective-nsg',
  'effective-routes',
  'subnet',
  'vnet',
  'nsg',
  'route-table',
  'nat-gateway',
  'nic',
  'public-ip',
  'api-management',
  'private-dns-links',
  'private-dns-records',
  'firewall-rules',
  'locks',
] as const;

export const ReportedDocument = z
  .strictObject({
    kind: z.enum(DOCUMENT_KINDS).describe('What Azure calls the resource or the reply'),
    resource: z.string().nullable().describe('The resource’s id or name; null when the document has none'),
    collectedAt: z.iso
      .datetime()
      .nullable()
      .describe(
        'When it was saved: the time of the file, because these documents have none; null when unknown',
      ),
    file: z.string().describe('Name of the file, without its folder'),
    doubt: z
      .string()
      .nullable()
      .describe(
        'Why it yields warnings only: another NIC or subscription, or older than a day; null when it counts fully',
      ),
  })
  .describe('One document of --from');
export type ReportedDocument = z.infer<typeof ReportedDocument>;

const document = z.string().describe('The file of --from that shows it');
const addresses = z
  .array(z.string().describe('IP address'))
  .describe('Addresses of the name that this applies to; empty for a flow without known addresses');

/** The rule that decides a flow. Source: Azure's evaluation order of security rules. */
export const RuleDecision = z
  .strictObject({
    access: z.enum(['allow', 'deny']).describe('What the rule does'),
    kind: z
      .enum(['nsg', 'security-admin', 'firewall'])
      .describe('A network security group, an admin rule of Virtual Network Manager, or Azure Firewall'),
    resource: z
      .string()
      .nullable()
      .describe('Id of the network security group or policy, or its name where the document has no id'),
    association: z
      .enum(['subnet', 'network-interface', 'network-manager'])
      .nullable()
      .describe('What it is attached to; null for a firewall or when unknown'),
    rule: z.string().describe('Name of the rule, or “no rule matches” where a firewall denies the rest'),
    priority: z.int().nullable().describe('Null when it has none'),
    prefix: z.string().describe('The prefix or tag of the rule that the other end matches'),
    tag: z
      .string()
      .nullable()
      .describe('The service tag from which that prefix was expanded; null without one'),
    addresses,
    document,
    freePriorities: z
      .array(z.int().describe('Priority'))
      .optional()
      .describe('Priorities before this rule’s that are free for rules that allow, the highest first'),
  })
  .describe('The security rule that decides');
export type RuleDecision = z.infer<typeof RuleDecision>;

/** The route that carries a flow. Source: Azure's choice of routes. */
export const RouteDecision = z
  .strictObject({
    prefix: z.string().describe('The longest prefix that matches'),
    source: z.enum(['user', 'bgp', 'system', 'unknown']).describe('Who made the route'),
    name: z.string().nullable().describe('Of a user’s route; null for all others'),
    tag: z.string().nullable().describe('The service tag of the route; null without one'),
    nextHopType: z.string().describe('Like VirtualAppliance, Internet or None'),
    nextHopAddress: z.string().nullable().describe('Address of a virtual appliance; null for all others'),
    addresses,
    document,
  })
  .describe('The route that decides');
export type RouteDecision = z.infer<typeof RouteDecision>;

export const PreflightCheck = z
  .strictObject({
    check: z.string().describe('Stable name of the prerequisite, like subnet-delegation'),
    title: z.string().describe('The prerequisite, in one line'),
    required: z.boolean().describe('Whether the deployment fails without it'),
    outcome: z
      .enum(['met', 'not-met', 'not-shown'])
      .describe('not-shown: no document that was given shows it'),
    evidence: z.string().describe('What was seen, and in which document'),
    command: z
      .string()
      .nullable()
      .describe('The command that saves the missing document; null when the outcome is known'),
    rule: RuleDecision.nullable().describe('The security rule that decides it; null for all else'),
    needs: z
      .strictObject({
        direction: z.enum(['inbound', 'outbound']).describe('Seen from the subnet'),
        protocol: z.enum(['tcp', 'udp']).describe('Protocol of the rule'),
        peers: z.array(z.string().describe('Service tag or address')).describe('The far side'),
        ports: z.array(z.int().describe('Port')).describe('Ports of the destination'),
      })
      .optional()
      .describe('The rule that the documentation asks for; absent for all else'),
  })
  .describe('One prerequisite of the documentation');
export type PreflightCheck = z.infer<typeof PreflightCheck>;

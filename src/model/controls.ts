/** The controls as evidence: experiments that tell a broken network from a broken service. */
import { z } from 'zod';
import { FAILURES } from '../../probes/failures.ts';

const outcome = z
  .enum(['expected', 'anomalous', 'unknown'])
  .describe('As on an honest network; not so; or nothing could be learnt');
const text = z.string().describe('One sentence for people');
const failure = z.enum(FAILURES);

const Answer = z.strictObject({
  server: z.string(),
  name: z.string(),
  rcode: z.string(),
  addresses: z.array(z.string()),
  cname: z.array(z.string()),
  authority: z.array(z.string()).describe('Owner and primary server of the SOA in a negative answer'),
  ms: z.number().min(0).describe('milliseconds'),
});
export type ControlAnswer = z.infer<typeof Answer>;

/** A random name under each service suffix must not resolve. */
const RandomName = z.strictObject({
  name: z.literal('dns-random-name'),
  outcome,
  detail: z.strictObject({ text, answers: z.array(Answer).describe('Only those that did resolve') }),
});

/** 192.0.2.1 (RFC 5737) is nobody's: a connection to it is completed by something on the path. */
const ReservedAddress = z.strictObject({
  name: z.literal('tcp-reserved-address'),
  outcome,
  detail: z.strictObject({ text, address: z.string(), connected: z.boolean(), failure: failure.nullable() }),
});

/** The same address again, with no name or another one, after a handshake with the real name was cut. */
const OtherName = z.strictObject({
  name: z.literal('tls-other-name'),
  outcome: outcome.describe('anomalous: the handshake went further without the real name'),
  detail: z.strictObject({
    text,
    target: z.string().describe('Id of the target whose name was cut'),
    address: z.string(),
    serverName: z.string().nullable(),
    wentFurther: z.boolean(),
    failure: failure.nullable().describe('How the control itself ended, null when a certificate was read'),
  }),
});

/** The local clock against time servers and the `Date` of the services that answered. */
const ClockControl = z.strictObject({
  name: z.literal('clock'),
  outcome,
  detail: z.strictObject({
    text,
    offsetMs: z
      .number()
      .nullable()
      .describe('Median of local minus remote; positive when the local clock is ahead'),
    samples: z.array(z.strictObject({ peer: z.string(), offsetMs: z.number() })),
  }),
});

/** 168.63.129.16 asked directly for the names of the plan, when it is not a configured server. */
const AzureDns = z.strictObject({
  name: z.literal('azure-dns'),
  outcome,
  detail: z.strictObject({
    text,
    server: z.string(),
    tcp: z.string().nullable().describe('rcode or failure of one question over TCP'),
    answers: z.array(Answer),
  }),
});

/** The SOA of each suffix under which Azure publishes services: a private zone there hides everybody's names. */
const ZoneAuthority = z.strictObject({
  name: z.literal('dns-zone-authority'),
  outcome: outcome.describe('anomalous: a private zone stands in the place of a public suffix'),
  detail: z.strictObject({
    text,
    zones: z.array(
      z.strictObject({
        server: z.string(),
        suffix: z.string().describe('What was asked for'),
        rcode: z.string(),
        zone: z.string().nullable().describe('Owner of the SOA that came back'),
        primary: z.string().nullable().describe('Its primary server'),
        authoritative: z.boolean().describe('The server says that it holds the zone itself (AA)'),
        private: z.boolean().describe('It is a zone of this network’s own, not the public one'),
      }),
    ),
  }),
});
export type ZoneAuthorityAnswer = z.infer<typeof ZoneAuthority>['detail']['zones'][number];

/** The search list: what it adds to names that do not exist, and to those that should have been found without. */
const SearchDomain = z.strictObject({
  name: z.literal('dns-search-domain'),
  outcome: outcome.describe('anomalous: a name resolves with a suffix of the search list and not without'),
  detail: z.strictObject({
    text,
    wildcards: z.array(Answer).describe('Random names under a search domain that did resolve'),
    surprises: z
      .array(z.strictObject({ host: z.string(), domain: z.string(), answer: Answer }))
      .describe('Names of the plan that do not resolve alone and do with this domain appended'),
  }),
});

/** The instance metadata service: present on an Azure VM, absent elsewhere. */
const Metadata = z.strictObject({
  name: z.literal('metadata'),
  outcome,
  detail: z.strictObject({ text }),
});

export const Control = z.discriminatedUnion('name', [
  RandomName,
  ReservedAddress,
  OtherName,
  ClockControl,
  AzureDns,
  ZoneAuthority,
  SearchDomain,
  Metadata,
]);
export type Control = z.infer<typeof Control>;
export type ControlOf<Name extends Control['name']> = Extract<Control, { name: Name }>;

/** One server's answer for a suffix. Whose zone it names, the diagnosis decides. */
export type ZoneAnswer = Omit<ZoneAuthorityAnswer, 'private'>;
export interface ObservedZones {
  readonly name: 'dns-zone-authority';
  readonly detail: { readonly zones: readonly ZoneAnswer[] };
}
/** A control as the run hands it over. A control of a report is one as well. */
export type ObservedControl = Exclude<Control, { name: 'dns-zone-authority' }> | ObservedZones;

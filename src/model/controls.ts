/** The controls as evidence: experiments that separate network faults from service faults. */
import { z } from 'zod';
import { FAILURES } from '../../probes/failures.ts';

const outcome = z
  .enum(['expected', 'anomalous', 'unknown'])
  .describe('As on a network without interference; not so; or without a result');
const text = z.string().describe('One sentence for people');
const failure = z.enum(FAILURES).describe('How it failed');
const server = z.string().describe('The DNS server that was asked');
const rcode = z.string().describe('The RCODE’s mnemonic, or the failure when no reply came');
const names = (of: string) => z.array(z.string().describe('Name')).describe(of);
const addresses = z.array(z.string().describe('IP address')).describe('A and AAAA records');

const Answer = z
  .strictObject({
    server,
    name: z.string().describe('What was asked for'),
    rcode,
    addresses,
    cname: names('The CNAME chain, in its order'),
    authority: names('Owner and primary server of the SOA in a negative answer'),
    ms: z.number().min(0).describe('milliseconds'),
  })
  .describe('What one server answered');
export type ControlAnswer = z.infer<typeof Answer>;

const Samples = z.array(
  z
    .strictObject({
      peer: z.string().describe('Time server, or service with a Date header'),
      offsetMs: z.number().describe('Local minus remote, in milliseconds'),
    })
    .describe('One clock'),
);

const kind = <Name extends string>(name: Name) => z.literal(name).describe('Which experiment this is');
const seen = 'What was seen';

const RandomName = z
  .strictObject({
    name: kind('dns-random-name'),
    outcome,
    detail: z
      .strictObject({ text, answers: z.array(Answer).describe('Only those that did resolve') })
      .describe(seen),
  })
  .describe('A random name under each service suffix must not resolve');

const ReservedAddress = z
  .strictObject({
    name: kind('tcp-reserved-address'),
    outcome,
    detail: z
      .strictObject({
        text,
        address: z.string().describe('IP address'),
        connected: z.boolean().describe('Whether something on the path completed the connection'),
        failure: failure.nullable().describe('How the connection failed; null when it did not'),
      })
      .describe(seen),
  })
  .describe(
    '192.0.2.1 (RFC 5737) belongs to no host: only a device on the path can complete a connection to it',
  );

const OtherName = z
  .strictObject({
    name: kind('tls-other-name'),
    outcome: outcome.describe('anomalous: the handshake went further without the real name'),
    detail: z
      .strictObject({
        text,
        target: z.string().describe('Id of the target whose name was cut'),
        address: z.string().describe('IP address'),
        serverName: z.string().nullable().describe('The name sent in SNI, null when none was sent'),
        wentFurther: z.boolean().describe('Whether it went further twice, and the real name still did not'),
        failure: failure
          .nullable()
          .describe('How the control itself ended, null when a certificate was read'),
      })
      .describe(seen),
  })
  .describe(
    'The same address twice with no name or another one, and once more with the real name in between, after a handshake ' +
      'with the real name was cut',
  );

const LargeHello = z
  .strictObject({
    name: kind('tls-large-hello'),
    outcome: outcome.describe('anomalous: the small ClientHello passes and the large one does not'),
    detail: z
      .strictObject({
        text,
        target: z.string().describe('Id of a target whose TLS worked'),
        address: z.string().describe('IP address'),
        tries: z
          .array(
            z
              .strictObject({
                hello: z
                  .enum(['large', 'small', 'segments'])
                  .describe('large: two TCP segments; segments: the large one in TCP segments of 500 bytes'),
                failure: failure.nullable().describe('How it failed; null when the handshake was completed'),
              })
              .describe('One handshake'),
          )
          .describe('In their order, up to the first unexpected result'),
      })
      .describe(seen),
  })
  .describe(
    'A ClientHello of two TCP segments, as clients with post-quantum key exchange send it, where a small one passed',
  );

const PacketSize = z
  .strictObject({
    name: kind('packet-size'),
    outcome: outcome.describe('anomalous: small replies arrive and large ones do not'),
    detail: z
      .strictObject({
        text,
        target: z.string().describe('Id of the target whose handshake ended in silence'),
        address: z.string().describe('IP address'),
        tries: z
          .array(
            z
              .strictObject({
                reply: z
                  .enum(['small', 'large'])
                  .describe('What the ClientHello asks for: a refusal, or the certificates of the server'),
                failure: failure.nullable().describe('How it ended; null when the handshake was completed'),
                bytesReceived: z.int().min(0).describe('Bytes that arrived'),
              })
              .describe('One handshake'),
          )
          .describe('In their order, up to the first unexpected result'),
      })
      .describe(seen),
  })
  .describe(
    'Where a handshake ended in silence: a ClientHello that the server refuses, with a few bytes, before and after one ' +
      'that it answers with its certificates',
  );

const ClockControl = z
  .strictObject({
    name: kind('clock'),
    outcome,
    detail: z
      .strictObject({
        text,
        offsetMs: z
          .number()
          .nullable()
          .describe('Median of local minus remote, in milliseconds; positive when the local clock is ahead'),
        samples: Samples.describe('Each clock that could be compared with'),
      })
      .describe(seen),
  })
  .describe('The local clock against time servers and the Date of the services that answered');

const AzureDns = z
  .strictObject({
    name: kind('azure-dns'),
    outcome,
    detail: z
      .strictObject({
        text,
        server: server.describe('Azure’s own DNS server'),
        tcp: z.string().nullable().describe('rcode or failure of one question over TCP'),
        answers: z.array(Answer).describe('For the names of the plan'),
      })
      .describe(seen),
  })
  .describe('168.63.129.16 asked for the names of the plan, when it is not a configured server');

const OtherAddress = z
  .strictObject({
    name: kind('dns-other-address'),
    outcome: outcome.describe(
      'anomalous: the service is at the other address and not at the one that was dialled',
    ),
    detail: z
      .strictObject({
        text,
        target: z.string().describe('Id of a target that failed at every address'),
        address: z.string().describe('The address that this server gives'),
        server,
        instead: z
          .string()
          .describe('The address that was dialled, and again between both tries of the other one'),
        works: z
          .boolean()
          .describe('Whether the other address worked twice and the dialled one still did not'),
        failure: failure.nullable().describe('How the other address failed; null when it did not'),
      })
      .describe(seen),
  })
  .describe(
    'An address that Azure DNS or another configured server gives for a target that failed, where it was not dialled',
  );

const SecondAnswer = z
  .strictObject({
    name: kind('dns-second-answer'),
    outcome: outcome.describe('anomalous: a server gave an answer of another kind than before'),
    detail: z
      .strictObject({
        text,
        asked: z.int().min(0).describe('Names asked again, counted for each server'),
        answers: z.array(Answer).describe('Those with another rcode or other addresses than at first'),
      })
      .describe(seen),
  })
  .describe('Servers that answered, asked again for the names of the targets when the rest was done');

const ZoneAuthority = z
  .strictObject({
    name: kind('dns-zone-authority'),
    outcome: outcome.describe('anomalous: a private zone replaces a public suffix'),
    detail: z
      .strictObject({
        text,
        zones: z
          .array(
            z
              .strictObject({
                server,
                suffix: z.string().describe('What was asked for'),
                rcode,
                zone: z.string().nullable().describe('Owner of the SOA that came back'),
                primary: z.string().nullable().describe('Its primary server'),
                authoritative: z.boolean().describe('The server claims to hold the zone itself (AA)'),
                private: z.boolean().describe('It is a zone of this network’s own, not the public one'),
              })
              .describe('What one server answered'),
          )
          .describe('By server and suffix'),
      })
      .describe(seen),
  })
  .describe(
    'The SOA of each suffix under which Azure publishes services: a private zone there hides public names',
  );
export type ZoneAuthorityAnswer = z.infer<typeof ZoneAuthority>['detail']['zones'][number];

const SearchDomain = z
  .strictObject({
    name: kind('dns-search-domain'),
    outcome: outcome.describe('anomalous: a name resolves with a suffix of the search list and not without'),
    detail: z
      .strictObject({
        text,
        wildcards: z.array(Answer).describe('Random names under a search domain that did resolve'),
        surprises: z
          .array(
            z
              .strictObject({
                host: z.string().describe('Name of the plan'),
                domain: z.string().describe('What was appended'),
                answer: Answer,
              })
              .describe('One such name'),
          )
          .describe('Names of the plan that do not resolve alone and do with this domain appended'),
      })
      .describe(seen),
  })
  .describe(
    'The search list: what it adds to names that do not exist, and to those that should exist without it',
  );

const Metadata = z
  .strictObject({
    name: kind('metadata'),
    outcome,
    detail: z.strictObject({ text }).describe(seen),
  })
  .describe('The instance metadata service: present on an Azure VM, absent elsewhere');

export const Control = z
  .discriminatedUnion('name', [
    RandomName,
    ReservedAddress,
    OtherName,
    LargeHello,
    PacketSize,
    ClockControl,
    AzureDns,
    OtherAddress,
    SecondAnswer,
    ZoneAuthority,
    SearchDomain,
    Metadata,
  ])
  .describe('One experiment');
export type Control = z.infer<typeof Control>;
export type ControlOf<Name extends Control['name']> = Extract<Control, { name: Name }>;

/** One server's answer for a suffix. The diagnosis decides who owns the zone. */
export type ZoneAnswer = Omit<ZoneAuthorityAnswer, 'private'>;
export interface ObservedZones {
  readonly name: 'dns-zone-authority';
  readonly detail: { readonly zones: readonly ZoneAnswer[] };
}
/** A control of a run or of a report. */
export type ObservedControl = Exclude<Control, { name: 'dns-zone-authority' }> | ObservedZones;

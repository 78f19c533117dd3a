/** What one DNS server says of one name: both address families, the whole alias chain. */
import { type Failure, ProbeError } from '../failures.ts';
import { type AddressType, type DnsReply, sameName } from './dns-message.ts';
import { type QueryContext, query } from './dns-query.ts';

export interface Answer {
  readonly rcode: string;
  readonly failure: Failure | null;
  readonly addresses: readonly string[];
  readonly cname: readonly string[];
  readonly authority: readonly string[];
  readonly truncated: boolean;
  readonly ms: number;
}

const LONGEST_CHAIN = 16;

/**
 * Asks one server for A and AAAA in parallel; never throws, a failure is part of the answer.
 * @returns addresses of both families, IPv4 first
 */
export async function resolveAt(context: QueryContext, name: string): Promise<Answer> {
  const started = context.outside.tick();
  const [v4, v6] = await Promise.all([lookUp(context, name, 'A'), lookUp(context, name, 'AAAA')]);
  const ms = Math.round((context.outside.tick() - started) * 1000) / 1000;
  const addresses = [...v4.addresses, ...v6.addresses];
  // IPv4 decides what went wrong: API Management's own dependencies are reached over it.
  const telling = v4.addresses.length === 0 && v6.addresses.length > 0 ? v6 : v4;
  return {
    rcode: telling.rcode,
    failure: addresses.length > 0 ? null : telling.failure,
    addresses,
    cname: telling.cname,
    authority: telling.authority,
    truncated: v4.truncated || v6.truncated,
    ms,
  };
}

type LookUp = Omit<Answer, 'ms'>;

/** Follows an alias chain across questions when the server hands out one link at a time. */
async function lookUp(context: QueryContext, name: string, type: AddressType): Promise<LookUp> {
  const chain: string[] = [];
  let truncated = false;
  try {
    let reply: DnsReply;
    for (;;) {
      reply = await query(context, { name: chain.at(-1) ?? name, type });
      truncated ||= reply.truncated;
      const known = chain.length;
      for (const alias of reply.cname) {
        if (!sameName(alias, name) && !chain.some((seen) => sameName(seen, alias))) chain.push(alias);
      }
      const answered = reply.addresses.length > 0 || reply.rcode !== 'NOERROR' || reply.authority.length > 0;
      if (answered || chain.length === known || chain.length >= LONGEST_CHAIN) break;
    }
    return {
      rcode: reply.rcode,
      failure: failureOf(reply),
      addresses: reply.addresses,
      cname: chain,
      authority: reply.authority,
      truncated,
    };
  } catch (error) {
    const failure = error instanceof ProbeError ? error.failure : 'unexpected';
    return { rcode: failure, failure, addresses: [], cname: chain, authority: [], truncated };
  }
}

function failureOf(reply: DnsReply): Failure | null {
  if (reply.rcode === 'NOERROR') return reply.addresses.length > 0 ? null : 'dns_nodata';
  if (reply.rcode === 'NXDOMAIN') return 'dns_nxdomain';
  if (reply.rcode === 'REFUSED') return 'dns_refused';
  return reply.rcode === 'SERVFAIL' ? 'dns_servfail' : 'dns_malformed';
}

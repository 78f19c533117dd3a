/** Asks one DNS server for one name: both address families and the whole CNAME chain. */
import type { Failure } from '../failures.ts';
import {
  type AddressType,
  type DnsReply,
  isValidQuestionName,
  LONGEST_CHAIN,
  sameName,
} from './dns-message.ts';
import { type Ignored, type QueryContext, queryTcp, queryUdp } from './dns-query.ts';
import { toProbeError } from './failure.ts';

export interface Answer {
  readonly rcode: string;
  readonly failure: Failure | null;
  /** Text of the error when a local resource ran out during the query; then the query is worth a retry. */
  readonly limit: string | null;
  readonly addresses: readonly string[];
  readonly cname: readonly string[];
  readonly authority: readonly string[];
  readonly truncated: boolean;
  readonly ignored: Readonly<Ignored>;
  readonly ms: number;
}

/**
 * Asks one server for A and AAAA in parallel. Never throws: a failure is part of the answer.
 * @returns addresses of both families, IPv4 first
 */
export async function resolveAt(asked: QueryContext, name: string): Promise<Answer> {
  const ignored: Ignored = { wrongId: 0, wrongSource: 0 };
  const context = { ...asked, ignored };
  const started = context.system.monotonicMs();
  const [v4, v6] = await bothFamilies(context, name);
  const ms = Math.round((context.system.monotonicMs() - started) * 1000) / 1000;
  // The IPv4 answer decides the failure: API Management reaches its dependencies over IPv4.
  const decisive = v4.addresses.length === 0 && v4.limit === null && v6.addresses.length > 0 ? v6 : v4;
  // Without the IPv4 answer the IPv6 addresses alone would be misleading.
  const known = v4.limit === null ? [...v4.addresses, ...v6.addresses] : [];
  return {
    rcode: decisive.rcode,
    failure: known.length > 0 ? null : decisive.failure,
    limit: v4.limit ?? v6.limit,
    addresses: known,
    cname: decisive.cname,
    authority: decisive.authority,
    truncated: v4.truncated || v6.truncated,
    ignored,
    ms,
  };
}

/** Asks for both at once, or one after the other when local resources do not suffice for both. */
async function bothFamilies(context: QueryContext, name: string): Promise<readonly [LookUp, LookUp]> {
  const [v4, v6] = await Promise.all([lookUp(context, name, 'A'), lookUp(context, name, 'AAAA')]);
  if ((v4.limit === null) === (v6.limit === null)) return [v4, v6];
  return v4.limit === null
    ? [v4, await lookUp(context, name, 'AAAA')]
    : [await lookUp(context, name, 'A'), v6];
}

type LookUp = Omit<Answer, 'ms' | 'ignored'>;

/** State of one lookup, so that a failure retains the results so far. */
interface Search {
  readonly context: QueryContext;
  readonly name: string;
  readonly type: AddressType;
  /** Monotonic time, ms: all questions of a lookup share the time of one step. */
  readonly end: number;
  readonly chain: string[];
  truncated: boolean;
}

async function lookUp(context: QueryContext, name: string, type: AddressType): Promise<LookUp> {
  const end = context.system.monotonicMs() + context.budget.stepMs;
  const search: Search = { context, name, type, end, chain: [], truncated: false };
  const ending = await follow(search).catch((error: unknown): Ending => {
    const { failure, message } = toProbeError(error, 'dns');
    const limit = failure === 'local_limit' ? message : null;
    return { rcode: failure, failure, limit, addresses: [], authority: [] };
  });
  return { ...ending, cname: search.chain, truncated: search.truncated };
}

type Ending = Pick<Answer, 'rcode' | 'failure' | 'limit' | 'addresses' | 'authority'>;

/** Follows the CNAME chain over several questions when the server returns one alias at a time. */
async function follow(search: Search): Promise<Ending> {
  const { name, chain } = search;
  const reply = await ask(search);
  const isKnown = (alias: string): boolean =>
    sameName(alias, name) || chain.some((known) => sameName(known, alias));
  const isLoop = reply.cname.some(isKnown);
  chain.push(...reply.cname.filter((alias) => !isKnown(alias)));
  const ending = (failure: Failure | null): Ending => {
    const { rcode, addresses, authority } = reply;
    return { rcode, failure, limit: null, addresses, authority };
  };
  if (reply.addresses.length > 0) return ending(null);
  if (reply.rcode !== 'NOERROR') return ending(failureOf(reply.rcode));
  if (reply.endless || isLoop || chain.length > LONGEST_CHAIN) return ending('dns_malformed');
  if (reply.cname.length === 0 || reply.authority.length > 0) return ending('dns_nodata');
  return isValidQuestionName(chain.at(-1) ?? '') ? follow(search) : ending('dns_malformed');
}

/** Asks over UDP, and over TCP when the answer was truncated (RFC 7766 section 5). */
async function ask(search: Search): Promise<DnsReply> {
  const question = { name: search.chain.at(-1) ?? search.name, type: search.type };
  const reply = await queryUdp(inTimeLeft(search), question);
  if (!reply.truncated) return reply;
  search.truncated = true;
  return queryTcp(inTimeLeft(search), question);
}

function inTimeLeft({ context, end }: Search): QueryContext {
  const stepMs = Math.max(1, end - context.system.monotonicMs());
  return { ...context, budget: { ...context.budget, stepMs } };
}

/** Maps an RCODE to a failure. */
function failureOf(rcode: string): Failure {
  switch (rcode) {
    case 'NXDOMAIN':
      return 'dns_nxdomain';
    case 'REFUSED':
    case 'NOTAUTH':
    case 'NOTIMP':
      return 'dns_refused';
    case 'SERVFAIL':
      return 'dns_servfail';
    default:
      return 'dns_malformed';
  }
}

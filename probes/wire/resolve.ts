/** What one DNS server says of one name: both address families, the whole alias chain. */
import type { Failure } from '../failures.ts';
import { type AddressType, type DnsReply, isAskable, LONGEST_CHAIN, sameName } from './dns-message.ts';
import { type Ignored, type QueryContext, queryTcp, queryUdp } from './dns-query.ts';
import { toProbeError } from './failure.ts';

export interface Answer {
  readonly rcode: string;
  readonly failure: Failure | null;
  /** What this machine ran out of while it asked, in words; the question is worth asking again then. */
  readonly limit: string | null;
  readonly addresses: readonly string[];
  readonly cname: readonly string[];
  readonly authority: readonly string[];
  readonly truncated: boolean;
  readonly ignored: Readonly<Ignored>;
  readonly ms: number;
}

/**
 * Asks one server for A and AAAA in parallel; never throws, a failure is part of the answer.
 * @returns addresses of both families, IPv4 first
 */
export async function resolveAt(asked: QueryContext, name: string): Promise<Answer> {
  const ignored: Ignored = { wrongId: 0, wrongSource: 0 };
  const context = { ...asked, ignored };
  const started = context.system.monotonicMs();
  const [v4, v6] = await bothFamilies(context, name);
  const ms = Math.round((context.system.monotonicMs() - started) * 1000) / 1000;
  // IPv4 decides what went wrong: API Management's own dependencies are reached over it.
  const telling = v4.addresses.length === 0 && v4.limit === null && v6.addresses.length > 0 ? v6 : v4;
  // Half an answer would hide the addresses of the half that could not be asked for.
  const known = v4.limit === null ? [...v4.addresses, ...v6.addresses] : [];
  return {
    rcode: telling.rcode,
    failure: known.length > 0 ? null : telling.failure,
    limit: v4.limit ?? v6.limit,
    addresses: known,
    cname: telling.cname,
    authority: telling.authority,
    truncated: v4.truncated || v6.truncated,
    ignored,
    ms,
  };
}

/** At the same time; one after the other where this machine has not enough for both. */
async function bothFamilies(context: QueryContext, name: string): Promise<readonly [LookUp, LookUp]> {
  const [v4, v6] = await Promise.all([lookUp(context, name, 'A'), lookUp(context, name, 'AAAA')]);
  if ((v4.limit === null) === (v6.limit === null)) return [v4, v6];
  return v4.limit === null
    ? [v4, await lookUp(context, name, 'AAAA')]
    : [await lookUp(context, name, 'A'), v6];
}

type LookUp = Omit<Answer, 'ms' | 'ignored'>;

/** One look-up under way, so that a failure half-way keeps what was known by then. */
interface Search {
  readonly context: QueryContext;
  readonly name: string;
  readonly type: AddressType;
  /** Of the monotonic clock: however many questions it takes, together they have the time of one step. */
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

/** Follows the alias chain across questions when the server hands out one link at a time. */
async function follow(search: Search): Promise<Ending> {
  const { name, chain } = search;
  const reply = await ask(search);
  const isKnown = (alias: string): boolean =>
    sameName(alias, name) || chain.some((known) => sameName(known, alias));
  const cameBack = reply.cname.some(isKnown);
  chain.push(...reply.cname.filter((alias) => !isKnown(alias)));
  const ending = (failure: Failure | null): Ending => {
    const { rcode, addresses, authority } = reply;
    return { rcode, failure, limit: null, addresses, authority };
  };
  if (reply.addresses.length > 0) return ending(null);
  if (reply.rcode !== 'NOERROR') return ending(failureOf(reply.rcode));
  if (reply.endless || cameBack || chain.length > LONGEST_CHAIN) return ending('dns_malformed');
  if (reply.cname.length === 0 || reply.authority.length > 0) return ending('dns_nodata');
  return isAskable(chain.at(-1) ?? '') ? follow(search) : ending('dns_malformed');
}

/** Over UDP, and again over TCP when the answer was truncated (RFC 7766 section 5). */
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

/** What an error in a reply amounts to. */
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

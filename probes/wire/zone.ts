/** Which zone a name lies in, as one DNS server sees it: the SOA record (RFC 1035 section 3.3.13, RFC 2308). */
import { type QueryContext, queryTcp, queryUdp } from './dns-query.ts';
import { toProbeError } from './failure.ts';

export interface ZoneAnswer {
  /** RCODE, or the failure when no reply came. */
  readonly rcode: string;
  readonly zone: string | null;
  /** The zone’s primary server, by which Azure’s private zones show themselves. */
  readonly primary: string | null;
  /** The server holds the zone itself (AA). */
  readonly authoritative: boolean;
  /** What this machine ran out of while it asked, in words; null when of nothing. */
  readonly limit: string | null;
}

/** Asks one server for the SOA of a name; never throws, a failure is part of the answer. */
export async function zoneAt(context: QueryContext, name: string): Promise<ZoneAnswer> {
  const question = { name, type: 'SOA' } as const;
  try {
    const first = await queryUdp(context, question);
    const { rcode, zone, authoritative } = first.truncated ? await queryTcp(context, question) : first;
    return { rcode, zone: zone?.name ?? null, primary: zone?.primary ?? null, authoritative, limit: null };
  } catch (error) {
    const { failure, message } = toProbeError(error, 'dns');
    const limit = failure === 'local_limit' ? message : null;
    return { rcode: failure, zone: null, primary: null, authoritative: false, limit };
  }
}

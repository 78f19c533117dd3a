/** Finds the zone of a name at one DNS server by the SOA record (RFC 1035 section 3.3.13, RFC 2308). */
import { type QueryContext, queryTcp, queryUdp } from './dns-query.ts';
import { toProbeError } from './failure.ts';

export interface ZoneAnswer {
  /** RCODE, or the failure when no reply came. */
  readonly rcode: string;
  readonly zone: string | null;
  /** The zone’s primary server, which identifies Azure’s private zones. */
  readonly primary: string | null;
  /** The server is authoritative for the zone (AA). */
  readonly authoritative: boolean;
  /** Text of the error when a local resource ran out during the query; else null. */
  readonly limit: string | null;
}

/** Asks one server for the SOA of a name. Never throws: a failure is part of the answer. */
export async function queryZone(context: QueryContext, name: string): Promise<ZoneAnswer> {
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

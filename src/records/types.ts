/** What the formats are made from. */

export const RECORD_FORMATS = ['hosts', 'windows', 'az', 'bind', 'all'] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

export const ZONE_MODES = ['host', 'suffix'] as const;
/** `host`: a zone for each host name; `suffix`: one for everything under the service's suffix. */
export type ZoneMode = (typeof ZONE_MODES)[number];

/** Host names of an instance, by what is known of the address that each should lead to. */
export interface Names {
  /** They lead to the virtual IP. */
  readonly hosts: readonly string[];
  /** Gateways of further regions: each has an address of its own, which nobody here knows. */
  readonly elsewhere: readonly string[];
  /** Those that no record can be printed for, and why not, in ASCII. */
  readonly leftOut: readonly { readonly host: string; readonly why: string }[];
}

/** An address that a record may hold. */
export interface RecordAddress {
  readonly address: string;
  readonly type: 'A' | 'AAAA';
}

export interface Records extends Names {
  readonly vip: RecordAddress;
  readonly zone: ZoneMode;
  /** `azure-api.net`, or its like in another cloud */
  readonly suffix: string;
  /** ISO date, for the serial number of a zone file */
  readonly today: string;
}

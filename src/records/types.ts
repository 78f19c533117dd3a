/** The input of the formats. */

export const RECORD_FORMATS = ['hosts', 'windows', 'az', 'bind', 'all'] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

export const ZONE_MODES = ['host', 'suffix'] as const;
/** `host`: a zone for each host name; `suffix`: one zone for everything under the service's suffix. */
export type ZoneMode = (typeof ZONE_MODES)[number];

/** Host names of an instance, by the address that each should have. */
export interface Names {
  /** Names with the virtual IP. */
  readonly hosts: readonly string[];
  /** Gateways of further regions; each has its own address, which neither plan nor report has. */
  readonly elsewhere: readonly string[];
  /** Names without a record, and the reasons, in ASCII. */
  readonly leftOut: readonly { readonly host: string; readonly why: string }[];
}

/** The address of a record. */
export interface RecordAddress {
  readonly address: string;
  readonly type: 'A' | 'AAAA';
}

export interface Records extends Names {
  readonly vip: RecordAddress;
  readonly zone: ZoneMode;
  /** `azure-api.net`, or the suffix of another cloud */
  readonly suffix: string;
  /** ISO date, for the serial number of a zone file */
  readonly today: string;
}

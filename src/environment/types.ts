import type { ServerAddress } from '../config/types.ts';
import type { Control } from '../report/controls.ts';
import type { Environment } from '../report/schema.ts';

/** Where we are: what the report says of it, and what only this run needs. */
export interface Survey {
  readonly environment: Environment;
  readonly servers: readonly ServerAddress[];
  readonly searchDomains: readonly string[];
  /** Lower-case host name → addresses, from the hosts file. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /** Whether an IPv6 address of another machine can be dialled at all. */
  readonly hasIPv6: boolean;
  readonly metadata: Extract<Control, { name: 'metadata' }> | null;
}

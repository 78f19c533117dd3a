/** What a prerequisite is, and what it is judged by. */
import type { Found, Of } from '../azure/documents/find.ts';
import type { GivenDocument, Subnet } from '../azure/documents/types.ts';
import type { Tier } from '../model/tiers.ts';

/** What the prerequisites are judged for. */
export interface Intent {
  readonly tier: Tier;
  readonly platform: 'stv2' | 'stv1';
  readonly units: number;
  /** Region of the instance; null when unknown. */
  readonly region: string | null;
  /** CIDR of the instance's subnet; null when unknown. */
  readonly subnet: string | null;
  /** Addresses of this machine; empty when unknown. */
  readonly own?: readonly string[];
}

export interface Judged {
  readonly outcome: 'met' | 'not-met';
  readonly evidence: string;
  /** Replaces that of the prerequisite, where it depends on what was seen. */
  readonly required?: boolean;
  /** The documents that it was judged from. */
  readonly from: readonly GivenDocument[];
}

/** One prerequisite of Microsoft's articles. */
export interface Prerequisite {
  readonly check: string;
  readonly title: string;
  /** Whether the deployment fails without it. */
  readonly required: boolean;
  /** @returns null when no document shows it */
  readonly judge: (known: Known) => Judged | null;
  /** The command that saves the document which shows it. */
  readonly command: (known: Known) => string;
}

/** The documents, and which of them are those of the instance and its subnet. */
export interface Known {
  readonly intent: Intent;
  readonly given: readonly GivenDocument[];
  readonly instance: Found<Of<'api-management'>> | null;
  readonly subnet: Found<Subnet> | null;
  readonly vnet: Found<Of<'vnet'>> | null;
  readonly publicIp: Found<Of<'public-ip'>> | null;
}

/** The pricing tiers whose subnets are tested, and what each asks of its subnet. */

export const TIERS = ['premium', 'developer', 'premium-v2', 'standard-v2'] as const;
export type Tier = (typeof TIERS)[number];

export interface TierFacts {
  /** As Microsoft writes it. */
  readonly name: string;
  readonly addressesPerUnit: number;
  /** Addresses beside those of the units, for the internal load balancer. */
  readonly addressesBeside: number;
  /** The service's limit per region. */
  readonly mostUnits: number;
  /** Prefix length of the smallest subnet. */
  readonly smallestSubnet: number;
  /**
   * The service that the subnet has to be delegated to, so that no VM can stand in it; null: the subnet must not be
   * delegated.
   */
  readonly delegation: string | null;
}

const CLASSIC = { addressesBeside: 1, smallestSubnet: 29, delegation: null } as const;
const V2 = { addressesPerUnit: 2, addressesBeside: 1, mostUnits: 30, smallestSubnet: 27 } as const;

/**
 * Sources: “Virtual network injection resources: Azure API Management”, 2025-04-17; “Inject an Azure API Management
 * instance in a private virtual network - Premium v2 tier”, 2025-10-08; “Integrate an Azure API Management instance with
 * a private virtual network for outbound connections”, 2025-03-20.
 */
export const TIER_FACTS: Readonly<Record<Tier, TierFacts>> = {
  premium: { ...CLASSIC, name: 'Premium', addressesPerUnit: 2, mostUnits: 31 },
  developer: { ...CLASSIC, name: 'Developer', addressesPerUnit: 1, mostUnits: 1 },
  'premium-v2': { ...V2, name: 'Premium v2', delegation: 'Microsoft.Web/hostingEnvironments' },
  'standard-v2': { ...V2, name: 'Standard v2', delegation: 'Microsoft.Web/serverFarms' },
};

/** Whether the tier is of the v2 platform, which leaves out the dependencies of the classic one. */
export function isV2(tier: Tier): boolean {
  return TIER_FACTS[tier].delegation !== null;
}

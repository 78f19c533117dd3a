/** Whether a certificate comes from an authority that issues for Azure's services. Pure. */
import type { TlsFacts } from '../../probes/facts.ts';
import { isAzureService } from '../model/azure.ts';
import type { Attempt, ObservedTarget } from '../model/report.ts';

/** Organisations that issue for Azure's own services ("Azure Certificate Authority details", Microsoft). */
const AZURE_ISSUERS = /^(?:Microsoft Corporation|DigiCert(?:,? Inc\.?)?|GeoTrust(?:,? Inc\.?)?)$/i;

/** @param organization O of a name; null when it has none */
export function isAzureOrganization(organization: string | null): boolean {
  return AZURE_ISSUERS.test(organization ?? '');
}

/**
 * Fails an attempt at an Azure service if only a root of --ca-file verified it and no key of Azure did: an inspecting
 * device answered, so the reply is not the service's.
 * @returns any other attempt unchanged
 */
export function rejectForeignIssuer(target: ObservedTarget, attempt: Attempt): Attempt {
  const { tls, dialled } = attempt.facts;
  if (tls === undefined || !isAzureService(target) || !isForeign(tls)) return attempt;
  return {
    ...attempt,
    ok: false,
    failure: 'tls_untrusted',
    facts: {
      ...(dialled !== undefined && { dialled }),
      proof: 'connect',
      error: `no known key of Azure signed it; issued by ${tls.chain[0]?.issuer}`,
      tls,
    },
  };
}

/**
 * A publicly trusted chain may have any issuer, and an untrusted chain has failed already. Names can be copied, so the
 * key decides; reports of versions that did not record it hold only the name.
 */
function isForeign({ trust, azureKey, chain: [leaf] }: TlsFacts): boolean {
  if (trust !== 'extra' || leaf === undefined) return false;
  return azureKey === undefined ? !isAzureOrganization(leaf.issuerOrganization) : azureKey === null;
}

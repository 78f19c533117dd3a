/** Whether a certificate comes from an authority that issues for Azure's services. Pure. */
import type { TlsFacts } from '../../probes/facts.ts';
import { isAzureService } from '../model/azure.ts';
import type { Attempt, ObservedTarget } from '../model/report.ts';

/**
 * Organisations that issue for Azure's own services ("Azure Certificate Authority details", Microsoft). Intermediates
 * change without notice, so only the organisation counts.
 */
const AZURE_ISSUERS = /^(?:Microsoft Corporation|DigiCert(?:,? Inc\.?)?|GeoTrust(?:,? Inc\.?)?)$/i;

/** @param organization O of the issuer; null when it has none */
export function isAzureIssuer(organization: string | null): boolean {
  return AZURE_ISSUERS.test(organization ?? '');
}

/**
 * Fails an attempt at an Azure service if only a root of --ca-file verified it and the issuer is not Azure's: an
 * inspecting device answered, so the reply is not the service's.
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
      error: `not issued for Azure; issued by ${tls.chain[0]?.issuer}`,
      tls,
    },
  };
}

/** A publicly trusted chain may have any issuer, and an untrusted chain has failed already. */
function isForeign({ trust, chain: [leaf] }: TlsFacts): boolean {
  return trust === 'extra' && leaf !== undefined && !isAzureIssuer(leaf.issuerOrganization);
}

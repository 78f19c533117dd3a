/** A device presents one certificate in the place of many services. Pure. */
import { isAzureService } from '../model/azure.ts';
import type { Target } from '../model/report.ts';
import { dialledAddresses, isPublic } from './addresses.ts';
import { tlsOf } from './attempts.ts';

/**
 * Whether several public addresses of Azure presented this target's certificate. A wrong DNS record leads to one address.
 * @param targets those with a certificate that does not prove the service
 */
export function hasRepeatedCertificate(target: Target, targets: readonly Target[]): boolean {
  const leaf = fingerprintOf(target);
  const alike = targets.filter((other) => isAzureService(other) && fingerprintOf(other) === leaf);
  return leaf !== undefined && new Set(alike.flatMap(dialledAddresses).filter(isPublic)).size > 1;
}

function fingerprintOf(target: Target): string | undefined {
  return tlsOf(target)?.chain[0]?.fingerprint256;
}

import type { Expected, Scenario } from './scenario.ts';
import { dnsPrivateZone } from './scenarios/dns-private-zone.ts';
import { expectedPrivate } from './scenarios/expected-private.ts';
import { forcedTunnel } from './scenarios/forced-tunnel.ts';
import { gatewayDns } from './scenarios/gateway-dns.ts';
import { healthy } from './scenarios/healthy.ts';
import { sqlBlocked } from './scenarios/sql-blocked.ts';
import { storageFirewall } from './scenarios/storage-firewall.ts';
import { tlsInspection } from './scenarios/tls-inspection.ts';
import { tlsInspectionTrusted } from './scenarios/tls-inspection-trusted.ts';
import { transparentProxy } from './scenarios/transparent-proxy.ts';
import type { Lab } from './start.ts';

export { NotSilentError } from './silent-port.ts';

const ALL: readonly Scenario[] = [
  healthy,
  sqlBlocked,
  storageFirewall,
  dnsPrivateZone,
  expectedPrivate,
  gatewayDns,
  tlsInspection,
  tlsInspectionTrusted,
  transparentProxy,
  forcedTunnel,
];

/** The scenarios of the lab, in the order of the list. */
export const SCENARIOS: readonly {
  readonly name: string;
  readonly summary: string;
  readonly expected: Expected;
}[] = ALL.map(({ name, summary, expected }) => ({ name, summary, expected }));

/**
 * Starts the simulator of an Azure subnet on loopback, in the named scenario. The options are raw, as in a
 * configuration file; the last redirect refuses, so that nothing can leave the machine.
 * @throws RangeError for an unknown name, NotSilentError where the system cannot simulate the scenario
 */
export async function startLab(name: string): Promise<Lab> {
  const scenario = ALL.find((known) => known.name === name);
  if (scenario === undefined) throw new RangeError(`there is no scenario named ${name}`);
  // The servers and the certificate library are loaded when a lab starts, not when its scenarios are listed.
  const { start } = await import('./start.ts');
  return start(scenario);
}

import { isAzureService } from '../../model/azure.ts';
import { isBareTls } from '../../model/cut-handshake.ts';
import type { Attempt, Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connected } from '../attempts.ts';
import { rerunCommand } from '../command.ts';
import { isAlwaysEnded, otherNameControls } from '../cut.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { count, list, listEndpoints } from '../text.ts';

/** Addresses of Azure at which the handshake must fail with every name: one server alone may be broken. */
const SEVERAL = 2;

/** Every TLS handshake to public addresses is cut on a port, whatever the name, while other protocols return data. */
export const tlsBlocked: Rule = ({ observations, targets, open }) => {
  const passing = new Set(targets.filter(passesTls).map(({ port }) => port));
  const cut = open.filter(
    (target) =>
      isAlwaysEnded(target) && !passing.has(target.port) && dialledAddresses(target).every(isPublic),
  );
  const controlsOf = (own: readonly Target[]) =>
    otherNameControls(observations).filter(({ detail }) => own.some(({ id }) => id === detail.target));
  const addressesOf = (own: readonly Target[]): ReadonlySet<string> =>
    new Set(controlsOf(own.filter(isAzureService)).map(({ detail }) => detail.address));
  const controls = controlsOf(cut);
  const addresses = addressesOf(cut);
  // Where TLS passes on other ports, broken servers on several ports show no device.
  const samples = passing.size === 0 ? [cut] : [...Map.groupBy(cut, ({ port }) => port).values()];
  const isShown = samples.some((own) => addressesOf(own).size >= SEVERAL);
  const answered = targets.filter(
    // Azure's DNS server is on the host, and proves no path.
    (target) => target.group !== 'dns' && target.attempts.some(returnedDataWithoutTls),
  );
  const allCut = controls.every(({ outcome }) => outcome === 'expected');
  if (!isShown || !allCut || answered.length === 0 || isPlainHttpSilent(targets)) return [];
  const ports = [...new Set(cut.map(({ port }) => `port ${port}`))].sort();
  const where = passing.size === 0 ? '' : ` on ${list(ports)}`;
  const failures = list(cut.flatMap(({ failure }) => failure ?? []).sort(), 3);
  return [
    createFinding('tls-blocked', {
      title: `Every TLS handshake${where} is cut (${count(cut.length, 'endpoint')})`,
      explanation:
        `The connections open, and the handshake ends in ${failures}: with the real server name, with another one and ` +
        `without a name, at ${list([...addresses].sort(), 4)}. Without TLS, ${listEndpoints(answered, 3)} answered.`,
      targets: cut,
      confirm: rerunCommand(observations, cut),
    }),
  ];
};

/** SQL and SMTP start TLS inside their own protocol, where a device does not see it. */
function passesTls({ attempts }: Target): boolean {
  return attempts.some(
    (attempt) => isPublic(attempt.address) && attempt.facts.tls !== undefined && isBareTls(attempt),
  );
}

/** Whether requests without TLS are lost as well, so that more than TLS is cut; greetings and short frames may pass. */
function isPlainHttpSilent(targets: readonly Target[]): boolean {
  const opened = targets.flatMap(({ protocol, attempts }) =>
    protocol === 'http' ? attempts.filter((attempt) => isPublic(attempt.address) && connected(attempt)) : [],
  );
  return opened.length > 0 && opened.every(({ failure }) => failure === 'protocol_timeout');
}

function returnedDataWithoutTls({ ok, address, facts }: Attempt): boolean {
  return ok && isPublic(address) && facts.proof === 'reply' && facts.tls === undefined;
}

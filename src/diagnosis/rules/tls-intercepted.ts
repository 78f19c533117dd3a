import type { TlsFacts } from '../../../probes/facts.ts';
import { isAzureService } from '../../model/azure.ts';
import type { Target } from '../../model/report.ts';
import { failedWith, tlsOf } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { describeRefusal } from '../chain-problem.ts';
import { rerunCommand } from '../command.ts';
import { byWeight, createFinding } from '../finding.ts';
import { findDevice, type InspectingDevice } from '../inspecting-device.ts';
import { hasRepeatedCertificate } from '../repeated-certificate.ts';
import type { Rule } from '../rule.ts';
import { brief, count, list, listAll, listHosts } from '../text.ts';

/**
 * Certificates of an authority that does not issue for the service, with the right name; or with any name, if several
 * addresses of Azure present the same one, as a device’s block page or login does.
 */
export const tlsIntercepted: Rule = ({ observations, open }) => {
  const untrusted = open.filter(
    (target) => failedWith(target, ['tls_untrusted']) && deviceOf(target) !== null,
  );
  const ofAzure = untrusted.filter(isAzureService);
  const copied = ofAzure.filter((target) => hasOwnName(target) || hasRepeatedCertificate(target, ofAzure));
  if (copied.length === 0) return [];
  const devices = new Set(copied.map(keyOf));
  // A known inspecting authority explains all other certificates that it issued.
  const explained = untrusted.filter((target) => devices.has(keyOf(target))).toSorted(byWeight);
  const [exempt = '', ...others] = CAUSE_TEXTS['tls-intercepted'].remedy;
  const byDevice = [...Map.groupBy(explained, keyOf).values()];
  return [
    createFinding('tls-intercepted', {
      title: `TLS is intercepted by ${list(byDevice.map(nameDevice), 3)}`,
      explanation: `${byDevice.map(explainInterception).join(' ')} ${trustOf(explained)}`,
      targets: explained,
      remedy: [exempt, exemptionStep(explained), ...others],
      confirm: rerunCommand(observations, explained),
    }),
  ];
};

function deviceOf(target: Target): InspectingDevice | null {
  const tls = tlsOf(target);
  return tls === null ? null : findDevice(tls);
}

function hasOwnName(target: Target): boolean {
  return tlsOf(target)?.nameMatches === true;
}

/** One key for each device. */
function keyOf(target: Target): string {
  const device = deviceOf(target);
  return device === null ? '' : (device.name ?? `copy of ${device.issuer}`);
}

function nameDevice([first]: readonly Target[]): string {
  const device = first === undefined ? null : deviceOf(first);
  if (device === null) return 'an unknown device';
  return device.name === null
    ? `an unknown device, which copies the name “${brief(device.issuer, 80)}”`
    : `“${brief(device.name, 60)}”`;
}

function explainInterception(own: readonly Target[]): string {
  const devices = own.flatMap((target) => deviceOf(target) ?? []);
  const [first] = devices;
  const hosts = listHosts(own, 4);
  const name = own.some(hasOwnName) ? '' : ' for other names,';
  const presented = `${count(own.length, 'endpoint')} (${hosts}) presented a certificate${name} issued by “${brief(first?.issuer ?? '')}”`;
  if (!devices.some(({ copiesName }) => copiesName)) {
    return `${presented}, while the services use Microsoft Corporation and DigiCert.`;
  }
  const maker =
    first?.name === null
      ? '. An authority of Azure that is newer than this version would look the same: compare with the certificate ' +
        'that the host shows to another network'
      : `; the chain names “${brief(first?.name ?? '', 60)}” as well`;
  return `${presented}. A device can copy that name, and none of the known keys of Azure signed this certificate${maker}.`;
}

function trustOf(explained: readonly Target[]): string {
  const facts = explained.flatMap((target) => tlsOf(target) ?? []);
  const extra = facts.filter(({ trust }) => trust === 'extra').length;
  if (extra === facts.length)
    return 'The chain verifies only by a root given with --ca-file, which API Management does not have.';
  const errors = list(
    facts
      .flatMap((tls: TlsFacts) => (tls.trust === 'none' ? [describeRefusal(tls)] : []))
      .filter((text) => text !== '')
      .sort(),
    3,
  );
  return `The chain leads to no public root${errors === '' ? '' : ` (${brief(errors, 240)})`}.`;
}

function exemptionStep(explained: readonly Target[]): string {
  return `The names to exempt: ${listAll(explained.map(({ host }) => host))}.`;
}

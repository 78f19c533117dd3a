import type { Finding, Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { failedWith, tlsOf } from '../attempts.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { expectedAddress, isOwn } from '../instance.ts';
import type { Rule, Scene } from '../rule.ts';
import { list } from '../text.ts';

/** The certificate that an instance has by itself, in all three clouds. */
const DEFAULT_NAME = /^(?:\*|[a-z0-9-]+)(?:\.[a-z0-9-]+)*\.azure-api\.(?:net|us|cn)$/i;

/** Custom domains for which an instance presents its default certificate: theirs was not set. */
export const gatewayCertificate: Rule = (scene) => {
  const { address } = expectedAddress(scene.observations, scene.targets);
  const unset = scene.open.filter(
    (target) => isOwn(target) && !DEFAULT_NAME.test(target.host) && showsDefault(target),
  );
  // At another address the record is wrong rather than the instance.
  const here = unset.filter((target) =>
    dialledAddresses(target).every((one) => (address === null ? !isPublic(one) : one === address)),
  );
  return here.length === 0 ? [] : [unsetFinding(scene, here)];
};

function showsDefault(target: Target): boolean {
  if (!failedWith(target, ['tls_name_mismatch'])) return false;
  const facts = tlsOf(target);
  const names = facts?.chain[0]?.names ?? [];
  return facts?.trust === 'public' && names.some((name) => DEFAULT_NAME.test(name));
}

function unsetFinding({ observations }: Scene, targets: readonly Target[]): Finding {
  const hosts = [...new Set(targets.map(({ host }) => host))];
  const names = targets.flatMap((target) => tlsOf(target)?.chain[0]?.names ?? []);
  const addresses = list(targets.flatMap(dialledAddresses), 3);
  return createFinding('wrong-certificate', {
    title: `The instance has no certificate for ${list(hosts, 3)}`,
    explanation:
      `${addresses} presents the default certificate of API Management (${list(names, 3)}) for ${list(hosts, 4)}: an ` +
      'instance does so for a custom domain that was not set on it.',
    targets,
    remedy: [
      `Custom domains page of the instance: add ${list(hosts, 4)}, spelt like this, with its certificate.`,
      'If it is listed there: see that its certificate loads from Key Vault (the managed identity needs “get” on ' +
        'secrets), and wait for the update of the instance to end, 15 to 45 minutes.',
      `If the instance is another one: ${addresses} is the address of an instance without this domain; correct the record.`,
    ],
    confirm: rerunCommand(observations, targets),
  });
}

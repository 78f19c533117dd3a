import type { CertificateFacts } from '../../../probes/facts.ts';
import type { Target } from '../../model/report.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { isOwn } from '../instance.ts';
import type { Rule, Scene } from '../rule.ts';
import { brief, count, list } from '../text.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Days that a manual renewal of a certificate needs. */
const NOTICE = 30;

interface Ending {
  readonly target: Target;
  readonly leaf: CertificateFacts;
  readonly days: number;
}

/** Valid certificates of the instance that expire soon: one finding, the earliest expiry first. */
export const certificateExpiry: Rule = (scene) => {
  const ending = scene.targets
    .filter(isOwn)
    .flatMap((target) => endOf(target, scene))
    .sort((a, b) => a.days - b.days);
  const [first] = ending;
  if (first === undefined) return [];
  const hosts = [...new Set(ending.map(({ target }) => target.host))];
  const certificates = [...Map.groupBy(ending, ({ leaf }) => leaf.fingerprint256).values()];
  return [
    createFinding('wrong-certificate', {
      severity: 'warning',
      title:
        certificates.length === 1
          ? `The certificate of ${list(hosts, 3)} expires in ${count(first.days, 'day')}`
          : `${certificates.length} certificates of the instance expire soon, the first in ${count(first.days, 'day')}`,
      explanation: `${certificates.slice(0, 4).map(expiryText).join(' ')} They were accepted today.`,
      targets: ending.map(({ target }) => target).filter(({ status }) => status === 'reachable'),
      remedy: remedyFor(ending),
      confirm: rerunCommand(
        scene.observations,
        ending.map(({ target }) => target),
      ),
    }),
  ];
};

function endOf(target: Target, { atVip }: Scene): Ending[] {
  const attempts = [...target.attempts, ...(atVip.get(target.id) ?? [])];
  const good = attempts.findLast(({ ok, facts }) => ok && facts.tls?.chain[0] !== undefined);
  const leaf = good?.facts.tls?.chain[0];
  if (good === undefined || leaf === undefined || leaf.validTo === null) return [];
  const days = Math.floor((Date.parse(leaf.validTo) - Date.parse(good.startedAt)) / DAY);
  return days < NOTICE ? [{ target, leaf, days }] : [];
}

function expiryText(members: readonly Ending[]): string {
  const [first] = members;
  const hosts = list(
    members.map(({ target }) => target.host),
    3,
  );
  const leaf = first?.leaf;
  return `That of ${hosts} is valid until ${leaf?.validTo?.slice(0, 10) ?? ''}, issued by “${brief(leaf?.issuer ?? '', 80)}”.`;
}

function remedyFor(ending: readonly Ending[]): readonly string[] {
  const own = ending.filter(({ target }) => target.source.kind === 'config');
  const byMicrosoft = ending.length - own.length;
  return [
    ...(own.length > 0
      ? [
          'Renew it. A certificate that the instance reads from Key Vault is taken over once the vault has a new ' +
            'version; one that was uploaded has to be uploaded again on the Custom domains page.',
          'With Key Vault: check that the instance’s managed identity still may read the secret, and that the vault’s ' +
            'firewall lets the instance in.',
        ]
      : []),
    ...(byMicrosoft > 0
      ? [
          'Microsoft renews the certificates of the default host names itself: if one is still there two weeks before ' +
            'its end, ask Azure support.',
        ]
      : []),
  ];
}

import type { CertificateFacts } from '../../../probes/facts.ts';
import type { Target } from '../../report/schema.ts';
import { showIssuer } from '../command.ts';
import { finding } from '../finding.ts';
import { isOwn } from '../instance.ts';
import type { Rule } from '../rule.ts';
import { count, list } from '../words.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Days; a certificate that somebody has to renew by hand needs about that. */
const NOTICE = 30;

/** Certificates of the instance that are good today and will not be for long: one finding for each. */
export const certificateExpiry: Rule = (scene) => {
  const soon = scene.targets.filter(isOwn).flatMap((target) => {
    const attempts = [...target.attempts, ...(scene.atVip.get(target.id) ?? [])];
    const good = attempts.findLast(({ ok, facts }) => ok && facts.tls?.chain[0] !== undefined);
    const leaf = good?.facts.tls?.chain[0];
    if (good === undefined || leaf === undefined || leaf.validTo === null) return [];
    const days = Math.floor((Date.parse(leaf.validTo) - Date.parse(good.startedAt)) / DAY);
    return days < NOTICE ? [{ target, leaf, days, until: leaf.validTo }] : [];
  });
  const byCertificate = Map.groupBy(soon, ({ leaf }) => leaf.fingerprint256);
  return [...byCertificate.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const hosts = [...new Set(members.map(({ target }) => target.host))].sort();
    return finding('wrong-certificate', {
      severity: 'warning',
      title: `The certificate of ${list(hosts, 3)} expires in ${count(first.days, 'day')}`,
      explanation:
        `It is valid until ${first.until.slice(0, 10)}, was issued by “${first.leaf.issuer}”, and bears the serial ` +
        `number ${first.leaf.serialNumber}. It was accepted today.`,
      targets: members.map(({ target }) => target).filter(({ status }) => status === 'reachable'),
      remedy: remedyFor(first.target, first.leaf),
      confirm: showIssuer(first.target.host, first.target.port),
    });
  });
};

function remedyFor({ source }: Target, { issuerOrganization }: CertificateFacts): readonly string[] {
  if (source.kind !== 'config') {
    return [
      'Microsoft renews the certificates of its default host names itself. If this one is still here two weeks before ' +
        `its end, ask Azure support; the issuer is ${issuerOrganization ?? 'not named'}.`,
    ];
  }
  return [
    'Renew it. A certificate that the instance reads from Key Vault is taken over once the vault has a new version; ' +
      'one that was uploaded has to be uploaded again on the Custom domains page.',
    'With Key Vault: check that the instance’s managed identity still may read the secret, and that the vault’s ' +
      'firewall lets the instance in.',
  ];
}

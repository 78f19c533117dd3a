/** A remedy names every host, however many; renderers shorten it. */
import t from 'tap';
import { listAll } from '../../src/diagnosis/text.ts';
import type { Target } from '../../src/model/report.ts';
import type { Cause } from '../../src/model/vocabulary.ts';
import { diagnoseTargets, failed, reached, tls, unanswered, unresolved } from './build.ts';

const HOSTS = Array.from({ length: 40 }, (_, at) => `h${at}.contoso.example`);
const REACHED = reached('custom', 'other.example', '20.9.9.9');
const every = (make: (host: string, at: number) => Target): Target[] => [...HOSTS.map(make), REACHED];

const CASES: readonly (readonly [Cause, readonly Target[]])[] = [
  ['outbound-dropped', every((host) => failed('custom', host, '20.1.1.1', 'tcp_timeout'))],
  ['outbound-rejected', every((host) => failed('custom', host, '20.1.1.1', 'tcp_refused'))],
  ['name-does-not-exist', every((host) => unresolved('custom', host, [unanswered('dns_nxdomain')]))],
  [
    'block-page',
    every((host) =>
      failed('custom', host, '20.1.1.1', 'http_blocked', {
        facts: { http: { status: 403, headers: {}, blockPage: 'Squid', bodyBytes: 4, bodyStart: 'page' } },
      }),
    ),
  ],
  [
    'tls-intercepted',
    every((host, at) =>
      failed('infrastructure', host, `20.1.1.${at}`, 'tls_untrusted', {
        facts: tls({ trust: 'none', nameMatches: true }, { issuer: 'CN=Contoso inspection' }),
      }),
    ),
  ],
];

for (const [cause, targets] of CASES) {
  t.test(cause, async (t) => {
    const found = diagnoseTargets({ targets }).findings.filter((finding) => finding.cause === cause);
    const remedy = found.flatMap((finding) => finding.remedy).join(' ');
    t.notMatch(remedy, /\d+ more\b/);
    t.strictSame(
      HOSTS.filter((host) => !remedy.includes(host)),
      [],
    );
  });
}

t.test('one private zone that lacks many records is one step', async (t) => {
  const zone = 'privatelink.contoso.example';
  const targets = HOSTS.map((host) =>
    unresolved('custom', host, [unanswered('dns_nxdomain', { authority: [`${zone} azureprivatedns.net`] })]),
  );
  const [finding] = diagnoseTargets({ targets }).findings;
  t.match(finding, { cause: 'private-zone-missing-record' });
  t.match(finding?.remedy[0], `A records ${listAll(HOSTS.toSorted())} with`);
});

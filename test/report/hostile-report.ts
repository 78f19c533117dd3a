/** A report in which every text that a peer or another program can choose is an attack on its readers. */
import type { Report, Target } from '../../src/model/report.ts';
import { finding, report, target } from './samples.ts';

/** Each kind of attack in one text, which is longer than 10 kB. */
export const HOSTILE = [
  '=cmd|" /C calc"!A0',
  '</testcase></failure><script>alert(1)</script>]]><!-- &amp; &lt; -->',
  '\n# heading\n\n- item\n\n| a | b |\n| --- | --- |\n',
  '@team @contoso/network user@contoso.example #1 GH-2 contoso/repo#3 !4 [~jira]',
  '[link](https://evil.example/) ![image](//evil.example/x.png) https://evil.example www.evil.example <b>',
  '``` `` ` ~~~ *bold* _italic_ ~gone~ $math$ {code} {{x}} \\ \\| 1. - +',
  '\u001b[31m \u009b \u202e \u200b \u0000 \ufffe \uffff \ufeff \t \r \v',
  "| x=1;;;; 'label'=2 \" ' $(reboot) `reboot` %{x}",
  `${'A'.repeat(10_240)}`,
].join(' ');

const BAD = { status: 'unreachable', latency: { connectMs: null, totalMs: null } } as const;

function hostileTarget(number: number, changes: Partial<Target>): Target {
  return target('custom', `${HOSTILE}${number}`, 443, {
    id: `custom/${HOSTILE}${number}:443`,
    serviceTag: HOSTILE,
    resourceType: HOSTILE,
    purpose: HOSTILE,
    addresses: [{ address: HOSTILE, family: 4, scope: 'public', via: [HOSTILE] }],
    addressesFrom: HOSTILE,
    source: { kind: 'import', document: HOSTILE, asOf: HOSTILE, name: HOSTILE },
    ...changes,
  });
}

/** Two findings, and a target of each status. */
export function hostileReport(): Report {
  const targets = [
    hostileTarget(1, { ...BAD, required: true, failure: 'tcp_timeout', cause: 'outbound-dropped' }),
    hostileTarget(2, { ...BAD, failure: 'tls_untrusted', cause: 'tls-intercepted' }),
    hostileTarget(3, { ...BAD, status: 'untested', required: true, reason: HOSTILE }),
    hostileTarget(4, { ...BAD, status: 'untested', reason: HOSTILE }),
    hostileTarget(5, { status: 'intermittent', failure: 'tcp_timeout', cause: 'intermittent-loss' }),
    hostileTarget(6, { required: true }),
  ];
  const clean = report();
  const findings = targets.slice(0, 2).map(({ id, cause }) =>
    finding({
      cause: cause ?? 'undetermined',
      title: HOSTILE,
      explanation: HOSTILE,
      evidence: [id],
      remedy: [HOSTILE, HOSTILE],
      confirm: HOSTILE,
      reference: HOSTILE,
    }),
  );
  const { environment } = clean;
  return report({
    verdict: 'blocked',
    targets,
    findings,
    labels: { env: HOSTILE },
    environment: {
      ...environment,
      region: HOSTILE,
      vm: environment.vm && { ...environment.vm, name: HOSTILE, hostName: HOSTILE },
      network: { ...environment.network, subnet: HOSTILE },
      dns: { ...environment.dns, servers: [HOSTILE], source: HOSTILE },
      notes: [HOSTILE],
    },
  });
}

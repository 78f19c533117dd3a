import type { Finding, Target } from '../../model/report.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { brief, count, list } from '../text.ts';

/**
 * Hosts that answered without the file that proves them: one remark for all. A host may move a file or refuse a request
 * by GET, so this blocks nothing.
 */
export const contentNotProved: Rule = (scene) => {
  const unproved = scene.targets.filter((target) => target.status === 'reachable' && lacksContent(target));
  return unproved.length === 0 ? [] : [contentNotProvedFinding(scene, unproved)];
};

function lacksContent({ attempts }: Target): boolean {
  const proofs = attempts.filter(({ ok }) => ok).map(({ facts }) => facts.contentProved);
  return proofs.includes(false) && !proofs.includes(true);
}

function contentNotProvedFinding({ observations }: Scene, targets: readonly Target[]): Finding {
  const hosts = new Set(targets.map(({ host }) => host)).size;
  return createFinding('undetermined', {
    title: `${count(hosts, 'certificate host')} answered without the file that proves ${hosts === 1 ? 'it' : 'them'}`,
    explanation:
      `${list(targets.map(describeReply), 5)}. The reply was HTTP and has no mark of a firewall or proxy, so ` +
      `${hosts === 1 ? 'the host counts' : 'the hosts count'} as reached. But the content is not proved: either the ` +
      'host no longer has this file or refuses such a request, or a device that this tool does not know answered.',
    targets,
    severity: 'info',
    remedy: [
      'Read status, headers and the start of the reply in the report: they show who answered.',
      'Ask for the same URL from a network without that firewall: the same reply there shows that the host sent it, ' +
        'and nothing has to be done.',
      'If the replies differ: allow the host names on port 80 in the firewall or proxy on the path.',
    ],
    confirm: rerunCommand(observations, targets),
  });
}

function describeReply({ host, port, attempts }: Target): string {
  const http = attempts.findLast(({ facts }) => facts.contentProved === false)?.facts.http;
  const location = http?.headers['location'];
  const to = location === undefined ? '' : `, a redirect to ${brief(location, 80)}`;
  return `${host}:${port} gave ${http === undefined ? 'a reply' : `status ${http.status}${to}`}`;
}

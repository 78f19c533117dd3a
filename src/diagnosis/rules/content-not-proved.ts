import type { Finding, Target } from '../../model/report.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { ownerOf } from '../host-owners.ts';
import type { Rule, Scene } from '../rule.ts';
import { brief, count, list } from '../text.ts';

/**
 * Hosts that answered without the file that proves them: one remark for all. A host may move a file, so this blocks
 * nothing; where the file is denied, or no host of several owners sent its file, someone must look.
 */
export const contentNotProved: Rule = (scene) => {
  const unproved = scene.targets.filter((target) => target.status === 'reachable' && lacksContent(target));
  return unproved.length === 0 ? [] : [contentNotProvedFinding(scene, unproved)];
};

/** Statuses that deny a file which its host publishes for everyone (RFC 9110 section 15.5, RFC 7725, RFC 6585). */
const DENIALS: readonly number[] = [401, 403, 407, 451, 511];

/** Whether none of the run's hosts sent its file, and hosts of several owners answered: several moves at once are unlikely. */
function isMissingEverywhere({ targets }: Scene, unproved: readonly Target[]): boolean {
  const proved = targets.some(({ attempts }) => attempts.some(({ facts }) => facts.contentProved === true));
  return !proved && new Set(unproved.map(({ host }) => ownerOf(host))).size > 1;
}

function isDenied({ attempts }: Target): boolean {
  return attempts.some(
    ({ facts }) => facts.contentProved === false && DENIALS.includes(facts.http?.status ?? 0),
  );
}

function lacksContent({ attempts }: Target): boolean {
  const proofs = attempts.filter(({ ok }) => ok).map(({ facts }) => facts.contentProved);
  return proofs.includes(false) && !proofs.includes(true);
}

function contentNotProvedFinding(scene: Scene, targets: readonly Target[]): Finding {
  const isEverywhere = isMissingEverywhere(scene, targets);
  const isSuspicious = isEverywhere || targets.some(isDenied);
  const hosts = new Set(targets.map(({ host }) => host)).size;
  return createFinding('undetermined', {
    title: `${count(hosts, 'certificate host')} answered without the file that proves ${hosts === 1 ? 'it' : 'them'}`,
    explanation:
      `${list(targets.map(describeReply), 5)}.${isEverywhere ? ' No certificate host of this run sent its file.' : ''} The reply was HTTP and has no mark of a firewall or proxy, so ` +
      `${hosts === 1 ? 'the host counts' : 'the hosts count'} as reached. But the content is not proved: either the ` +
      'host no longer has this file or refuses such a request, or a device that this tool does not know answered.',
    targets,
    severity: isSuspicious ? 'warning' : 'info',
    remedy: [
      'Read status, headers and the start of the reply in the report: they show who answered.',
      'Ask for the same URL from a network without that firewall: the same reply there shows that the host sent it, ' +
        'and nothing has to be done.',
      'If the replies differ: allow the host names on port 80 in the firewall or proxy on the path.',
    ],
    confirm: rerunCommand(scene.observations, targets),
  });
}

function describeReply({ host, port, attempts }: Target): string {
  const http = attempts.findLast(({ facts }) => facts.contentProved === false)?.facts.http;
  const location = http?.headers['location'];
  const to = location === undefined ? '' : `, a redirect to ${brief(location, 80)}`;
  return `${host}:${port} gave ${http === undefined ? 'a reply' : `status ${http.status}${to}`}`;
}

import type { ControlOf } from '../../model/controls.ts';
import type { Target } from '../../model/report.ts';
import { rerunCommand } from '../command.ts';
import { isCutAtRandom } from '../cut.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { list } from '../text.ts';

/**
 * A ClientHello of two segments that fails where a small one passes. In small segments it passes where only full-size
 * packets are lost; otherwise a device refuses it.
 */
export const largeHello: Rule = ({ observations, targets }) => {
  const control = observations.controls.find(({ name }) => name === 'tls-large-hello');
  if (control?.name !== 'tls-large-hello' || control.outcome !== 'anomalous') return [];
  // Chance may have cut the large hellos alone.
  if (isCutAtRandom(targets)) return [];
  const { detail } = control;
  const passesInSegments = detail.tries.at(-1)?.failure === null;
  // A lost packet is not answered.
  if (passesInSegments && !detail.tries.every(isPassedOrSilent)) return [];
  const tested = targets.filter(({ id }) => id === detail.target);
  const confirm = rerunCommand(observations, tested);
  return [passesInSegments ? lost(detail, tested, confirm) : refused(detail, tested, confirm)];
};

type Detail = ControlOf<'tls-large-hello'>['detail'];

function isPassedOrSilent({ failure }: Detail['tries'][number]): boolean {
  return failure === null || failure === 'tls_timeout';
}

function refused(detail: Detail, targets: readonly Target[], confirm: string) {
  return createFinding('large-hello-blocked', {
    severity: 'info',
    title: 'A device on the path refuses a TLS ClientHello of two segments',
    explanation:
      `${describeTries(detail)} In segments of 500 bytes it failed too, so the size of the packets does not matter. This ` +
      'run used the small ClientHello for all endpoints, as API Management’s own machines do as far as public documents tell.',
    targets,
    confirm,
  });
}

function lost(detail: Detail, targets: readonly Target[], confirm: string) {
  return createFinding('packet-size-blackhole', {
    severity: 'warning',
    title: 'Full-size packets to public addresses are lost',
    explanation:
      `${describeTries(detail)} In segments of 500 bytes the same ClientHello passed, so the path loses full-size packets ` +
      'and no ICMP message says so.',
    targets,
    confirm,
  });
}

function describeTries({ address, tries }: Detail): string {
  const failures = list(
    tries.flatMap(({ hello, failure }) => (hello === 'large' && failure !== null ? [failure] : [])),
    2,
  );
  return `At ${address} a small ClientHello passed; before and after it, one of two TCP segments failed (${failures}).`;
}

import type { Failure } from '../../../probes/failures.ts';
import type { Protocol } from '../../../probes/protocols.ts';
import type { Attempt, Target } from '../../model/report.ts';
import { isPublic } from '../addresses.ts';
import { connected } from '../attempts.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { count, listEndpoints } from '../text.ts';

/** Fewer silent hosts than this may be at fault themselves. */
const ENOUGH = 3;
const NO_REPLY: readonly (Failure | null)[] = ['tls_timeout', 'protocol_timeout'];

/** These servers begin by themselves, or after eight bytes: where what this VM sends is lost, that may still pass. */
const SHORT: readonly Protocol[] = ['smtp', 'amqp'];

/** Connections to public addresses are completed, and no protocol gets a byte of reply. */
export const returnPathBroken: Rule = ({ observations, targets, isOpen }) => {
  const acceptsAll = observations.controls.some(
    (control) => control.name === 'tcp-reserved-address' && control.outcome !== 'expected',
  );
  const smallArrive = observations.controls.some(
    (control) =>
      control.name === 'packet-size' && control.detail.tries.some(({ bytesReceived }) => bytesReceived > 0),
  );
  const opened = targets.filter((target) => target.group !== 'dns' && openedAttempts(target).length > 0);
  // A bare connection awaits no reply.
  const spoken = opened.filter((target) => openedAttempts(target).some((attempt) => !isBare(attempt)));
  const isShort = (target: Target) => SHORT.includes(target.protocol) && !isSilentTarget(target);
  const short = spoken.filter(isShort);
  const asked = spoken.filter((target) => !isShort(target));
  const silent = asked.filter(isSilentTarget);
  const withTls = silent.filter(isOverTls);
  const withoutTls = silent.filter((target) => !isOverTls(target));
  const hosts = new Set(silent.map(({ host }) => host)).size;
  if (acceptsAll || smallArrive || hosts < ENOUGH || silent.length < asked.length) return [];
  if (withTls.length === 0 || withoutTls.length === 0) return [];
  const brokenOff = short.filter(({ failure }) => NO_REPLY.includes(failure));
  const cut = [...silent, ...brokenOff].filter(isOpen);
  if (cut.length === 0) return [];
  return [
    createFinding('return-path-broken', {
      title: 'Connections open, and no data comes back',
      explanation:
        `${count(hosts, 'public host')} completed the TCP handshake, and not one sent a byte after it: over TLS ` +
        `${listEndpoints(withTls, 3)}, and without it ${listEndpoints(withoutTls, 3)}. ` +
        (short.length === 0
          ? ''
          : `Only greetings and a few bytes arrived, from ${listEndpoints(short, 3)}. `) +
        'The reserved address did not connect, so these handshakes are those of the services.',
      targets: cut,
      confirm: rerunCommand(observations, cut),
    }),
  ];
};

function openedAttempts({ attempts }: Target): readonly Attempt[] {
  return attempts.filter((attempt) => connected(attempt) && isPublic(attempt.address));
}

function isOverTls({ attempts }: Target): boolean {
  return attempts.some(({ failure }) => failure === 'tls_timeout');
}

function isSilentTarget(target: Target): boolean {
  return openedAttempts(target).every((one) => isBare(one) || isSilent(one));
}

function isBare({ ok, facts }: Attempt): boolean {
  return ok && facts.proof === 'connect';
}

function isSilent({ failure, facts }: Attempt): boolean {
  return NO_REPLY.includes(failure) && facts.bytesReceived === 0;
}

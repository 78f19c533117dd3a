import type { Failure } from '../../../probes/failures.ts';
import type { ControlOf } from '../../model/controls.ts';
import { isBareTls } from '../../model/cut-handshake.ts';
import type { Attempt, Finding, Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connected, failedWith } from '../attempts.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { count, list } from '../text.ts';

type PacketSize = ControlOf<'packet-size'>;

/** At this many addresses it is the path and not a server. */
const SEVERAL = 2;
/** How a reply that does not arrive ends an attempt. */
const NO_REPLY: readonly Failure[] = ['tls_timeout', 'protocol_timeout'];

/** Small replies of a server arrive and large ones do not. */
export const packetSize: Rule = (scene) => {
  const byControl = explainByControl(scene);
  const explained = new Set(byControl.flatMap(({ evidence }) => evidence));
  const upgrades = scene.open.filter((target) => !explained.has(target.id) && isSilentAfterUpgrade(target));
  return [...byControl, ...upgrades.map((target) => upgradeFinding(scene, target))];
};

/** Whether every connection was answered in the server's own protocol, with a few bytes, and then not in TLS. */
function isSilentAfterUpgrade({ attempts }: Target): boolean {
  const opened = attempts.filter(connected);
  return opened.length > 1 && opened.every(isSilentUpgrade);
}

function isSilentUpgrade(attempt: Attempt): boolean {
  const { failure, steps } = attempt;
  return (
    failure === 'tls_timeout' &&
    !isBareTls(attempt) &&
    steps.some(({ name, ok }) => name === 'handshake' && ok)
  );
}

function upgradeFinding({ observations }: Scene, target: Target): Finding {
  const { host, port } = target;
  return createFinding('packet-size-blackhole', {
    title: `Large replies of ${host}:${port} are lost, and small ones arrive`,
    explanation:
      `${host}:${port} answered in its own protocol, with ${received(target)} bytes, and agreed to TLS on the same ` +
      `connection. Its reply to the ClientHello, which fills packets with certificates, never arrived ` +
      `(${count(target.attempts.length, 'attempt')}). So full-size packets are lost on the way back. A server or device ` +
      'that stops after the ClientHello looks the same.',
    targets: [target],
    confirm: rerunCommand(observations, [target]),
  });
}

function explainByControl({ observations, targets, open }: Scene): Finding[] {
  const controls = observations.controls.filter((control) => control.name === 'packet-size');
  const shown = controls.filter(({ outcome }) => outcome === 'anomalous');
  const addresses = new Set(shown.map(({ detail }) => detail.address));
  const [first] = shown;
  if (first === undefined) return [];
  const isPath = addresses.size >= SEVERAL;
  // Private addresses are reached on another path.
  const isOnPath = (address: string) =>
    [...addresses].filter((other) => isPublic(other) === isPublic(address)).length >= SEVERAL;
  // A handshake under another name brought the server’s certificates.
  const complete = observations.controls.flatMap((control) =>
    control.name === 'tls-other-name' && control.detail.wentFurther && control.detail.failure === null
      ? [control.detail.target]
      : [],
  );
  const others = new Set(
    controls.filter(({ outcome }) => outcome === 'expected').map(({ detail }) => detail.address),
  );
  const lost = open.filter(
    (target) =>
      failedWith(target, NO_REPLY) &&
      awaitsLargeReply(target) &&
      !complete.includes(target.id) &&
      target.attempts.some(connected) &&
      dialledAddresses(target).every(
        (address) => addresses.has(address) || (isOnPath(address) && !others.has(address)),
      ),
  );
  if (lost.length === 0) return [];
  const partial = lost.filter((target) => received(target) > 0);
  const small = isPath ? targets.filter(hasSmallReply) : [];
  return [
    createFinding('packet-size-blackhole', {
      title: 'Large replies are lost, and small ones arrive',
      explanation:
        `${describeTries(first)} ` +
        (isPath
          ? `The same at ${list([...addresses].filter((one) => one !== first.detail.address).sort(), 4)}. `
          : 'It was seen at one address: a server that stops after a good ClientHello looks the same. ') +
        (partial.length === 0
          ? ''
          : `Replies that began and did not end: ${list(partial.map(describeReceived), 4)}. `) +
        (small.length === 0 ? '' : `${count(small.length, 'endpoint')} answered without TLS. `) +
        'So full-size packets are lost on the way back, and no ICMP message makes the servers send smaller ones.',
      targets: lost,
      confirm: rerunCommand(observations, lost),
    }),
  ];
}

/** Banners and greetings fit into a small packet; where TLS was completed, large ones arrived. */
function awaitsLargeReply(target: Target): boolean {
  return target.failure === 'tls_timeout' || target.protocol === 'http' || received(target) > 0;
}

function describeTries({ detail: { target, address, tries } }: PacketSize): string {
  const bytes = (reply: 'small' | 'large') =>
    list(
      tries.filter((each) => each.reply === reply).map(({ bytesReceived }) => `${bytesReceived}`),
      2,
    );
  return (
    `At ${address} (${target.replace(/^[^/]*\//, '')}) a ClientHello that the server refuses was answered twice ` +
    `(${bytes('small')} bytes); the usual one in between was not, with ${bytes('large')} bytes received.`
  );
}

function hasSmallReply({ group, attempts }: Target): boolean {
  return (
    group !== 'dns' &&
    attempts.some(({ ok, facts }) => ok && facts.proof === 'reply' && facts.tls === undefined)
  );
}

function received({ attempts }: Target): number {
  return Math.max(0, ...attempts.map(({ facts }) => facts.bytesReceived ?? 0));
}

function describeReceived(target: Target): string {
  return `${target.host}:${target.port} (${received(target)} bytes)`;
}

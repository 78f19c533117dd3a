import { AZURE_DNS } from '../../model/azure.ts';
import type { Attempt, Finding, Resolution, Target } from '../../model/report.ts';
import { dialledAddresses } from '../addresses.ts';
import { changedAnswer } from '../changing-answers.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { type Expected, expectedAddress, instanceTargets, isOutside, stateOf } from '../instance.ts';
import { missingRecord } from '../private-zones.ts';
import { nameable, type Rule, type Scene } from '../rule.ts';
import { deniesPublicNames } from '../servers.ts';
import { count, list } from '../text.ts';
import {
  CAUSE,
  hasAzureRecord,
  isServedAsRecorded,
  type RecordAnswer,
  type RecordError,
  type RecordEvidence,
  remedyFor,
} from './gateway-remedy.ts';

/** Wrong or missing DNS records of the instance, on any server: one finding for each kind of error. */
export const gatewayRecords: Rule = (scene) => {
  const own = instanceTargets(scene.targets);
  const expected = expectedAddress(scene.observations, scene.targets);
  const hasPrivateEndpoint = own.some(({ resolutions }) => resolutions.some(isPrivateEndpoint));
  const answers = own.flatMap((target) =>
    target.resolutions.map((resolution) => {
      const state = stateOf(target, resolution, scene.observations, expected);
      const isOpen = state === 'public' && hasPrivateEndpoint && !isPrivateEndpoint(resolution);
      const isChanging = changedAnswer(scene.observations, target, resolution) !== null;
      return { target, resolution, state: isOpen || isChanging ? ('unknown' as const) : state };
    }),
  );
  // The first finding explains a name that is missing at one server and wrong at another.
  const explained = new Set<Target>();
  return (['missing', 'public', 'wrong'] as const).flatMap((state) => {
    const affected = answers.filter((one) => one.state === state && !hasWiderFault(one, scene));
    if (affected.length === 0) return [];
    const targets = nameable(
      scene,
      affected.map(({ target }) => target),
    )
      // A target that fails at the right address fails for another reason.
      .filter((target) => target.status === 'reachable' || !wasDialledRight(target, expected))
      .filter((target) => target.status === 'reachable' || !explained.has(target));
    for (const target of targets) explained.add(target);
    return [recordFinding(scene, state, { answers, affected, expected, targets })];
  });
};

/** With an inbound private endpoint, only the gateway's name becomes private. */
function isPrivateEndpoint({ cname }: Resolution): boolean {
  return cname.some((alias) => /(?:^|\.)privatelink\.azure-api\.(?:net|us|cn)\.?$/i.test(alias));
}

/** A server that denies every public name has a wider fault than these records. */
function hasWiderFault({ state, resolution }: RecordAnswer, { targets }: Scene): boolean {
  return state === 'missing' && deniesPublicNames(resolution.server, targets);
}

function recordFinding(scene: Scene, state: RecordError, evidence: RecordEvidence): Finding {
  const { observations } = scene;
  const { affected, targets } = evidence;
  const isServed = isServedAsRecorded(state, evidence);
  return createFinding(CAUSE[state], {
    ...(isServed && { severity: 'info' }),
    title: titleOf(state, evidence),
    explanation: [
      ...describeAnswers(state, affected),
      ...describeRightRecords(scene, evidence),
      ...(isServed ? [SERVED] : []),
      ...describeVipAttempts(scene, state, affected),
    ].join(' '),
    targets,
    remedy: remedyFor(observations, state, evidence),
    confirm: rerunCommand(
      observations,
      affected.map(({ target }) => target),
    ),
  });
}

const SERVED =
  'It was reached there under its own certificate: so the instance is there, or an application gateway or firewall ' +
  'that stands in front of it.';

function wasDialledRight(target: Target, { address }: Expected): boolean {
  return address !== null && dialledAddresses(target).includes(address);
}

function titleOf(state: RecordError, { answers, affected, expected }: RecordEvidence): string {
  const all = new Set(answers.map(({ target }) => target.host));
  const hosts = new Set(affected.map(({ target }) => target.host));
  const [only] = hosts;
  const names =
    hosts.size === 1 ? `${only}` : `${hosts.size} of the instance’s ${count(all.size, 'host name')}`;
  const servers = new Set(affected.map(({ resolution }) => resolution.server));
  const asked = new Set(answers.map(({ resolution }) => resolution.server));
  const where = servers.size < asked.size ? ` according to ${list([...servers].sort(), 3)}` : '';
  const verb = hosts.size === 1 ? ['is', 'leads'] : ['are', 'lead'];
  switch (state) {
    case 'missing':
      return `${names} ${verb[0]} not in DNS${where}`;
    case 'public':
      return `${names} ${verb[1]} to a public address${where}`;
    case 'wrong':
      return expected.by === 'vip'
        ? `${names} ${verb[1]} to another address than ${expected.address}${where}`
        : `${names} ${verb[1]} to an address that cannot be the instance’s${where}`;
  }
}

/** One sentence for each server and answer: “10.0.0.4 answers NXDOMAIN for a, b and c.” */
function describeAnswers(state: RecordError, affected: readonly RecordAnswer[]): string[] {
  const bySentence = Map.groupBy(affected, ({ target, resolution }) => {
    const zone = missingRecord(target.host, resolution)?.zone;
    const authority = zone === undefined ? '' : `, by authority of the private zone ${zone}`;
    const answer = state === 'missing' ? describeAbsence(resolution) : list(resolution.addresses, 3);
    return `${resolution.server} answers ${answer} for %${authority}.`;
  });
  return [...bySentence].slice(0, 4).map(([sentence, members]) =>
    sentence.replace(
      '%',
      list(
        members.map(({ target }) => target.host),
        4,
      ),
    ),
  );
}

function describeAbsence({ failure, rcode }: Resolution): string {
  return failure === 'dns_nodata' ? 'without an address' : rcode;
}

/** The servers that have the right record, and the right address. */
function describeRightRecords(
  { observations }: Scene,
  { answers, affected, expected }: RecordEvidence,
): string[] {
  const hosts = new Set(affected.map(({ target }) => target.host));
  const right = answers.filter(({ target, state }) => state === 'right' && hosts.has(target.host));
  const better = [...new Set(right.map(({ resolution }) => resolution.server))].sort();
  const system = isOutside(expected, observations)
    ? [
        `${expected.address} lies outside the subnet ${observations.environment.network.subnet}, where the instance ` +
          'would have its address; with this VM in another subnet than the instance, give --vip.',
      ]
    : [];
  return [
    ...(better.length > 0
      ? [`${list(better, 3)} ${better.length === 1 ? 'has' : 'have'} the right record.`]
      : []),
    ...(hasAzureRecord(observations, hosts, expected)
      ? [
          `Azure DNS (${AZURE_DNS}), asked directly, answers with ${expected.address}: this server does not ask there.`,
        ]
      : []),
    ...system,
  ];
}

/** The result of dialling the instance at --vip without DNS. */
function describeVipAttempts(scene: Scene, state: RecordError, affected: readonly RecordAnswer[]): string[] {
  const targets = [...new Set(affected.map(({ target }) => target))];
  const { vip } = scene.observations.environment.network;
  const tried = targets.flatMap((target) => {
    const last = scene.atVip.get(target.id)?.at(-1);
    return last === undefined ? [] : [{ target, last }];
  });
  if (vip === null) {
    return state === 'missing' && targets.every((target) => target.status !== 'reachable')
      ? ['Give --vip ADDRESS to have the gateway tried under these names without DNS.']
      : [];
  }
  if (tried.length === 0) return [];
  const works = tried.filter(({ last }) => last.ok);
  const places = (some: readonly { target: Target }[]) =>
    list(
      some.map(({ target }) => `${target.host}:${target.port}`),
      4,
    );
  if (works.length === tried.length) {
    return [
      `At ${vip} the instance answers to ${places(works)}: it works, and only ${state === 'missing' ? 'DNS is missing' : 'the record is wrong'}.`,
    ];
  }
  const failures = list(tried.flatMap(({ last }) => failureOf(last)).sort(), 3);
  const silent = tried.filter(({ last }) => !last.ok);
  return [
    ...(works.length > 0 ? [`At ${vip} the instance answers to ${places(works)}.`] : []),
    `At ${vip} it does not answer to ${places(silent)} (${failures}), so DNS is not all that is wrong.`,
  ];
}

function failureOf({ failure }: Attempt): string[] {
  return failure === null ? [] : [failure];
}

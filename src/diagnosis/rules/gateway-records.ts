import { AZURE_DNS } from '../../model/azure.ts';
import type { Attempt, Finding, Resolution, Target } from '../../model/report.ts';
import { dialled } from '../addresses.ts';
import { lookup, probeAgain } from '../command.ts';
import { finding } from '../finding.ts';
import { type Expected, expectedAddress, instanceTargets, isOutside, stateOf } from '../instance.ts';
import { missingRecord } from '../private-zones.ts';
import { nameable, type Rule, type Scene } from '../rule.ts';
import { knowsNothingPublic } from '../servers.ts';
import { count, list } from '../text.ts';
import {
  azureKnows,
  CAUSE,
  provedThere,
  remedyFor,
  type Said,
  type Seen,
  type Wrong,
} from './gateway-remedy.ts';

/** What the instance's own host names are in DNS, on every server: one finding for each way of being wrong. */
export const gatewayRecords: Rule = (scene) => {
  const own = instanceTargets(scene.targets);
  const expected = expectedAddress(scene.observations, scene.targets);
  const hasPrivateEndpoint = own.some(({ resolutions }) => resolutions.some(isPrivateEndpoint));
  const said = own.flatMap((target) =>
    target.resolutions.map((resolution) => {
      const state = stateOf(target, resolution, scene.observations, expected);
      const isOpen = state === 'public' && hasPrivateEndpoint && !isPrivateEndpoint(resolution);
      return { target, resolution, state: isOpen ? ('unknown' as const) : state };
    }),
  );
  // A name that is missing at one server and wrong at another is explained by what is said first.
  const explained = new Set<Target>();
  return (['missing', 'public', 'wrong'] as const).flatMap((state) => {
    const affected = said.filter((one) => one.state === state && !isExcused(one, scene));
    if (affected.length === 0) return [];
    const targets = nameable(
      scene,
      affected.map(({ target }) => target),
    )
      // What fails although the right address was dialled fails for another reason.
      .filter((target) => target.status === 'reachable' || !wasDialledRight(target, expected))
      .filter((target) => target.status === 'reachable' || !explained.has(target));
    for (const target of targets) explained.add(target);
    return [recordFinding(scene, state, { said, affected, expected, targets })];
  });
};

/** An instance with an inbound private endpoint has its gateway there alone; its other names stay public. */
function isPrivateEndpoint({ cname }: Resolution): boolean {
  return cname.some((alias) => /(?:^|\.)privatelink\.azure-api\.(?:net|us|cn)\.?$/i.test(alias));
}

/** A server that denies every name of the world is at fault for more than these records. */
function isExcused({ state, resolution }: Said, { targets }: Scene): boolean {
  return state === 'missing' && knowsNothingPublic(resolution.server, targets);
}

function recordFinding(scene: Scene, state: Wrong, seen: Seen): Finding {
  const { observations } = scene;
  const { affected, targets } = seen;
  const [first] = affected;
  const hosts = new Set(affected.map(({ target }) => target.host));
  const isServed = provedThere(state, seen);
  return finding(CAUSE[state], {
    ...(isServed && { severity: 'info' }),
    title: titleOf(state, seen),
    explanation: [
      ...serversSay(state, affected),
      ...comparison(scene, seen),
      ...(isServed ? [SERVED] : []),
      ...atVip(scene, state, affected),
    ].join(' '),
    targets,
    remedy: remedyFor(observations, state, seen),
    confirm:
      hosts.size === 1 && first !== undefined
        ? lookup(first.target.host, first.resolution.server)
        : probeAgain(
            observations,
            affected.map(({ target }) => target),
          ),
  });
}

const SERVED =
  'It was reached there under its own certificate: so the instance is there, or an application gateway or firewall ' +
  'that stands in front of it.';

function wasDialledRight(target: Target, { address }: Expected): boolean {
  return address !== null && dialled(target).includes(address);
}

function titleOf(state: Wrong, { said, affected, expected }: Seen): string {
  const all = new Set(said.map(({ target }) => target.host));
  const hosts = new Set(affected.map(({ target }) => target.host));
  const [only] = hosts;
  const names =
    hosts.size === 1 ? `${only}` : `${hosts.size} of the instance’s ${count(all.size, 'host name')}`;
  const servers = new Set(affected.map(({ resolution }) => resolution.server));
  const asked = new Set(said.map(({ resolution }) => resolution.server));
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

/** “10.0.0.4 answers NXDOMAIN for a, b and c.”, a sentence for each server and answer. */
function serversSay(state: Wrong, affected: readonly Said[]): string[] {
  const bySentence = Map.groupBy(affected, ({ target, resolution }) => {
    const zone = missingRecord(target.host, resolution)?.zone;
    const authority = zone === undefined ? '' : `, by authority of the private zone ${zone}`;
    const answer = state === 'missing' ? absence(resolution) : list(resolution.addresses, 3);
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

function absence({ failure, rcode }: Resolution): string {
  return failure === 'dns_nodata' ? 'without an address' : rcode;
}

/** Who knows better, and what the right answer would be. */
function comparison({ observations }: Scene, { said, affected, expected }: Seen): string[] {
  const hosts = new Set(affected.map(({ target }) => target.host));
  const right = said.filter(({ target, state }) => state === 'right' && hosts.has(target.host));
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
    ...(azureKnows(observations, hosts, expected)
      ? [
          `Azure DNS (${AZURE_DNS}), asked directly, answers with ${expected.address}: this server does not ask there.`,
        ]
      : []),
    ...system,
  ];
}

/** What the instance itself said when it was dialled past DNS. */
function atVip(scene: Scene, state: Wrong, affected: readonly Said[]): string[] {
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

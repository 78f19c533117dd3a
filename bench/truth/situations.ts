/** The situations of OONI's quality assurance, on the network of the lab. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { runAgent } from '../../src/agent.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { openNameServer } from '../../src/lab/dns-server.ts';
import { HOSTS, PRIVATE_NAMES } from '../../src/lab/hosts.ts';
import { type Listener, openRefusingPort } from '../../src/lab/listeners.ts';
import { openSilentPort } from '../../src/lab/silent-port.ts';
import { start } from '../../src/lab/start.ts';
import { type ZoneData, zoneData } from '../../src/lab/zones.ts';
import type { Report } from '../../src/model/report.ts';
import type { Cause, Verdict } from '../../src/model/vocabulary.ts';
import { mapInFlight } from '../../src/run/in-flight.ts';
import { authority, identity, server } from '../../test/servers/certificates.ts';
import { type Behaviour, type Owner, openPeer, openTlsPeer } from '../../test/servers/peer.ts';
import fixtures from './fixtures/situations.json' with { type: 'json' };
import { compareTarget, type Expected, withPeers } from './peers.ts';
import type { Outcome, Suite } from './types.ts';

interface Situation {
  /** The names of OONI's test cases. */
  readonly ooni: readonly string[];
  /** Answers of the configured name server that differ: addresses, or none for NXDOMAIN. */
  readonly dns?: Readonly<Record<string, readonly string[]>>;
  /** The same of Azure DNS, which the run asks besides. */
  readonly azureDns?: Readonly<Record<string, readonly string[]>> | 'refuses';
  readonly devices?: readonly Device[];
  readonly expected: {
    readonly verdict: Verdict;
    readonly findings: readonly Cause[];
    /** All other targets must be reachable. */
    readonly targets: Readonly<Record<string, Expected>>;
  };
}

/** What stands at a host or address and port. */
interface Device {
  readonly at: string;
  readonly does: keyof typeof DEVICES;
  /** The name in the ClientHello or in the Host header that it looks for. */
  readonly name?: string;
  readonly location?: string;
}

/** The configured name server, which is not Azure DNS. */
const OWN_DNS = '10.1.0.6';
const AZURE_DNS = '168.63.129.16';
const GROUPS = ['storage-blob', 'key-vault', 'certificates', 'entra-id', 'infrastructure'] as const;
const AT_A_TIME = 4;

export const situations: Suite = {
  name: 'situations',
  title: 'Situations of OONI’s quality assurance',
  about:
    'The test cases of ooni/probe-cli (`internal/experiment/webconnectivityqa`), mapped to targets of API Management in ' +
    '`bench/truth/fixtures/situations.json`: where OONI asks for a site over HTTPS stands Storage or Key Vault, and ' +
    'over HTTP a host of certificates; what OONI asks through other resolvers and its test helper, the run asks through ' +
    'Azure DNS and its controls. A probe follows no redirect, so a redirect and its destination are two targets. The ' +
    'whole agent runs in the network of the lab. Compared are the verdict, the causes of all findings, the outcome of ' +
    'the targets that the situation concerns, and that every other target is reachable.',
  run: async () => ({
    outcomes: await mapInFlight(fixtures as unknown as readonly Situation[], AT_A_TIME, compareSituation),
    notes: [],
  }),
};

async function compareSituation(situation: Situation): Promise<Outcome> {
  const { ooni, expected } = situation;
  const report = await withPeers((owner) => runIn(owner, situation));
  const concerned = Object.entries(expected.targets).map(([id, outcome]) => {
    const target = report.targets.find((one) => one.id === id);
    if (target === undefined) throw new Error(`${ooni[0]}: the run has no target ${id}`);
    return compareTarget(id, outcome, target);
  });
  const others = report.targets.filter(
    ({ id, group, status }) =>
      GROUPS.some((name) => name === group) && !(id in expected.targets) && status !== 'reachable',
  );
  const causes = (all: readonly string[]): string => (all.length === 0 ? 'no finding' : all.join(' and '));
  const text = (verdict: string, findings: string, targets: readonly string[]): string =>
    [verdict, findings, ...targets].join('; ');
  const got = text(report.verdict, causes(report.findings.map(({ cause }) => cause)), [
    ...concerned.map(({ id, got }) => `${id} ${got}`),
    ...others.map(({ id, status, failure }) => `and ${id} ${status}, ${failure}`),
  ]);
  const wanted = text(
    expected.verdict,
    causes(expected.findings),
    concerned.map((one) => `${one.id} ${one.expected}`),
  );
  return { id: ooni.join(', '), expected: wanted, got, agrees: wanted === got };
}

async function runIn(
  owner: Owner,
  { ooni, dns = {}, azureDns = {}, devices = [] }: Situation,
): Promise<Report> {
  const name = ooni.join(', ');
  const expected = { verdict: 'ready', exitCode: 0, causes: [] } as const;
  const healthy = zoneData(HOSTS, PRIVATE_NAMES);
  const changes = azureDns === 'refuses' ? {} : azureDns;
  const lab = await start({ name, summary: name, expected, dns: (data) => changeZones(data, changes) });
  owner.teardown(() => lab.close());
  const own = await openNameServer(changeZones(healthy, dns));
  owner.teardown(() => own.close());
  const labRoutes = lab.options['connectTo'] as readonly string[];
  const refusal = azureDns === 'refuses' ? await openListener(owner, openRefusingPort()) : null;
  const routes: string[] = [];
  for (const device of devices) {
    const [, port = ''] = device.at.split(':');
    const upstream = Number(
      labRoutes
        .find((route) => route.startsWith(`:${port}:`))
        ?.split(':')
        .at(-1),
    );
    routes.push(`${device.at}:127.0.0.1:${await DEVICES[device.does](owner, device, upstream)}`);
  }
  const values = {
    ...lab.options,
    dnsServer: [OWN_DNS],
    only: GROUPS,
    connectTo: [
      ...routes,
      `${OWN_DNS}:53:127.0.0.1:${own.port}`,
      ...(refusal === null ? [] : [`${AZURE_DNS}:53:127.0.0.1:${refusal}`]),
      ...labRoutes,
    ],
    attempts: 2,
    timeout: devices.some(({ does }) => does.startsWith('drops')) ? 3000 : 5000,
  };
  const loaded = load(
    { flags: {}, env: {}, cwd: import.meta.dirname, preset: { origin: name, values } },
    readers,
  );
  const { publicRoots, roots } = lab;
  const hooks = { signal: new AbortController().signal, roots, publicRoots: [...publicRoots, PUBLIC.pem] };
  return runAgent(loaded, hooks);
}

function changeZones(data: ZoneData, changes: Readonly<Record<string, readonly string[]>>): ZoneData {
  const records = new Map(data.records);
  for (const [name, addresses] of Object.entries(changes)) {
    if (addresses.length === 0) records.delete(name);
    else records.set(name, { addresses });
  }
  return { ...data, records };
}

type OpenDevice = (owner: Owner, device: Device, upstream: number) => Promise<number>;

const DEVICES = {
  drops: (owner) => openListener(owner, openSilentPort()),
  refuses: (owner) => openListener(owner, openRefusingPort()),
  'resets the name': filterBy((socket) => socket.resetAndDestroy()),
  'closes the name': filterBy((socket) => socket.end()),
  'drops the name': filterBy(() => undefined),
  'answers with a page': answerWith(() => `200 OK\r\ncontent-type: text/html\r\n${bodyOf(BLOCK_PAGE)}`),
  'asks for a captcha': answerWith(
    () => `503 Service Unavailable\r\nserver: cloudflare\r\n${bodyOf(CAPTCHA)}`,
  ),
  redirects: answerWith(({ location }) => `302 Found\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`),
  'sends a large file': answerWith(() => `200 OK\r\n${bodyOf(makeCabinet(2_000_000))}`),
  delays: async (owner, _, upstream) =>
    (await openPeer(owner, (client) => passOn(client, upstream, DELAY_MS))).port,
  'has an expired certificate': openCertified({ from: -60, until: -1 }),
  'has a certificate for another name': openCertified({ names: ['wrong.host.badssl.com'] }),
  'has a certificate of an unknown authority': openCertified({ isUnknown: true }),
} as const satisfies Record<string, OpenDevice>;

async function openListener(owner: Owner, opening: Promise<Listener>): Promise<number> {
  const listener = await opening;
  owner.teardown(() => listener.close());
  return listener.port;
}

/** Ends a connection whose first bytes hold the name, and passes all others on. */
function filterBy(end: Behaviour): OpenDevice {
  return async (owner, { name = '' }, upstream) =>
    (
      await openPeer(owner, (client) => {
        client.once('data', (first: Buffer) => {
          if (first.includes(name)) end(client);
          else passOn(client, upstream, 0, first);
        });
      })
    ).port;
}

function passOn(client: Parameters<Behaviour>[0], port: number, delayMs: number, first?: Buffer): void {
  const onward = connect(port, '127.0.0.1');
  onward.on('error', () => client.destroy());
  client.on('close', () => onward.destroy());
  if (first !== undefined) onward.write(first);
  const later = async (to: typeof client, bytes: Buffer): Promise<void> => {
    await sleep(delayMs);
    to.write(bytes);
  };
  client.on('data', (bytes: Buffer) => void later(onward, bytes));
  onward.on('data', (bytes: Buffer) => void later(client, bytes));
}

/** Of OONI’s throttling, in each direction. */
const DELAY_MS = 300;

/** Answers HTTP itself. */
function answerWith(reply: (device: Device) => string): OpenDevice {
  return async (owner, device) =>
    (
      await openPeer(owner, (client) => {
        client.once('data', () => client.end(Buffer.from(`HTTP/1.1 ${reply(device)}`, 'latin1')));
      })
    ).port;
}

function bodyOf(body: string | Buffer): string {
  return `content-length: ${body.length}\r\n\r\n${body.toString('latin1')}`;
}

const BLOCK_PAGE =
  '<!doctype html><html><head><title>Access Denied</title></head><body><div><h1>Access Denied</h1>' +
  '<p>This request cannot be served in your jurisdiction.</p></div></body></html>';
const CAPTCHA =
  '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>';

/** A cabinet as its header describes it ([MS-CAB] 2.1), filled with zeros. */
function makeCabinet(bytes: number): Buffer {
  const cabinet = Buffer.alloc(bytes);
  cabinet.write('MSCF');
  cabinet.writeUInt32LE(bytes, 8);
  return cabinet;
}

const PUBLIC = await authority('C=US, O=Microsoft Corporation, CN=Test TLS issuing CA');
const UNKNOWN = await authority('C=IT, O=Unknown, CN=Unknown authority');

/** Shows a certificate of its own for the host that it stands for. */
function openCertified(certificate: {
  readonly from?: number;
  readonly until?: number;
  readonly names?: readonly string[];
  readonly isUnknown?: boolean;
}): OpenDevice {
  return async (owner, { at, name = at.split(':')[0] ?? '' }) => {
    const { names = [name], isUnknown = false, ...dates } = certificate;
    const leaf = await server(isUnknown ? UNKNOWN : PUBLIC, names, dates);
    return (await openTlsPeer(owner, identity(leaf))).port;
  };
}

/** Replies of real services and of specifications, given to the probes by a server that replays them. */
import type { Socket } from 'node:net';
import { mapInFlight } from '../../src/run/in-flight.ts';
import { nameServer, to } from '../../test/run/peers.ts';
import { customPlan, ran, targets } from '../../test/run/runs.ts';
import { authority, identity, type Party, server } from '../../test/servers/certificates.ts';
import { type Behaviour, type Owner, openPeer, openTlsPeer, openUdp } from '../../test/servers/peer.ts';
import fixtures from './fixtures/replies.json' with { type: 'json' };
import { compareTarget, type Expected, withPeers } from './peers.ts';
import type { Outcome, Suite } from './types.ts';

interface Recording {
  readonly id: string;
  /** Where the reply is published. */
  readonly source: string;
  /** The id of the target in whose place the server stands. */
  readonly target: string;
  /** The URL of that target, when the user gives it; else it is one of the catalogue. */
  readonly options?: { readonly target: readonly string[] };
  /** By default a public one. */
  readonly address?: string;
  readonly transport: 'tls' | 'tcp' | 'udp';
  /** Sent before the client sends anything. */
  readonly greeting?: Reply;
  /** Sent after each of the client's messages, in order. */
  readonly replies: readonly Reply[];
  readonly expected: Expected;
}

type Reply = ({ readonly text: string } | { readonly hex: string } | { readonly http: HttpReply }) & {
  /** Fields that the service copies from the request. */
  readonly copy?: readonly { readonly from: number; readonly to: number; readonly length: number }[];
};

type HttpReply = { readonly status: string; readonly headers: Readonly<Record<string, string>> } & (
  | { readonly body: string }
  | { readonly base64: string }
);

const PUBLIC_ADDRESS = '20.60.7.7';
const AT_A_TIME = 4;
/** The names of the user's resources in the ids of targets. */
const RESOURCES = {
  storage: ['acct'],
  keyVault: ['vault'],
  eventHubs: ['space'],
  sql: ['server'],
  apim: 'contoso',
} as const;

export const replies: Suite = {
  name: 'replies',
  title: 'Replies of services',
  about:
    'Replies that are published: in recordings of the Azure SDKs, in Microsoft’s documents, in captures, and as ' +
    'examples of specifications; each with its source in `bench/truth/fixtures/replies.json`. A server replays them in ' +
    'the place of the target: Storage (blob, table), Key Vault, Event Hubs, Entra ID, the gateway, OCSP, CRL, SMTP, ' +
    'SMB, RPC, NTP and TDS. Compared are the status, the failure, the cause, the facts of the service and, for denials by its network rules, the finding.',
  run: async () => {
    const root = await authority('C=US, O=Microsoft Corporation, CN=Test TLS issuing CA');
    const recordings = fixtures as unknown as readonly Recording[];
    return {
      outcomes: await mapInFlight(recordings, AT_A_TIME, (each) => compareReply(each, root)),
      notes: [],
    };
  },
};

function compareReply(recording: Recording, root: Party): Promise<Outcome> {
  return withPeers(async (owner) => {
    const plan = planFor(recording);
    const [planned] = plan.targets;
    if (planned === undefined) throw new Error(`${recording.id}: the plan has no target ${recording.target}`);
    const { host } = planned;
    const { address = PUBLIC_ADDRESS } = recording;
    const peer = await openReplay(owner, recording, host, root);
    const names = [
      await nameServer(owner, (name) => (name === host ? { addresses: [address] } : { rcode: 'NXDOMAIN' })),
    ];
    const redirections = [to(peer, address, planned.port)];
    const { only, findings } = await ran({ plan, names, redirections, publicRoots: [root.pem] });
    return compareTarget(recording.id, recording.expected, only, findings);
  });
}

/** The plan of this one target. */
function planFor({ target, options }: Recording): ReturnType<typeof customPlan> {
  const group = target.split('/')[0] as ReturnType<typeof customPlan>['targets'][number]['group'];
  const plan = customPlan({
    ...(RESOURCES as unknown as Parameters<typeof customPlan>[0]),
    only: [group],
    target: targets(...(options?.target ?? [])),
  });
  return { ...plan, targets: plan.targets.filter(({ id }) => id === target) };
}

async function openReplay(
  owner: Owner,
  recording: Recording,
  host: string,
  root: Party,
): Promise<{ readonly port: number }> {
  const behave = replay(recording);
  if (recording.transport === 'tcp') return openPeer(owner, behave);
  if (recording.transport === 'tls')
    return openTlsPeer(owner, identity(await server(root, [host], { until: 90 })), behave);
  const socket = await openUdp(owner);
  socket.on('message', (request, from) => {
    const [reply] = recording.replies;
    if (reply !== undefined) socket.send(bytesOf(reply, request), from.port, from.address);
  });
  return socket.address();
}

function replay({ greeting, replies: all }: Recording): Behaviour {
  return (socket: Socket) => {
    if (greeting !== undefined) socket.write(bytesOf(greeting));
    let next = 0;
    socket.on('data', (request: Buffer) => {
      const reply = all[next];
      next += 1;
      if (reply !== undefined) socket.write(bytesOf(reply, request));
    });
  };
}

function bytesOf(reply: Reply, request: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = recordedBytes(reply);
  for (const { from, to: at, length } of reply.copy ?? []) request.copy(bytes, at, from, from + length);
  return bytes;
}

function recordedBytes(reply: Reply): Buffer {
  if ('text' in reply) return Buffer.from(reply.text);
  if ('hex' in reply) return Buffer.from(reply.hex, 'hex');
  const { http } = reply;
  const body = 'base64' in http ? Buffer.from(http.base64, 'base64') : Buffer.from(http.body);
  const headers = Object.entries({ ...http.headers, 'Content-Length': `${body.length}` });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${http.status}\r\n${lines.join('')}\r\n`), body]);
}

/** Block pages of products, and pages and addresses that are none. */
import { mapInFlight } from '../../src/run/in-flight.ts';
import { AMBIGUOUS, GENUINE, SAMPLES } from '../../test/probes/block-pages.ts';
import { nameServer, to } from '../../test/run/peers.ts';
import { customPlan, type Ran, ran, targets } from '../../test/run/runs.ts';
import { openPeer } from '../../test/servers/peer.ts';
import addresses from './fixtures/block-addresses.json' with { type: 'json' };
import { compareTarget, withPeers } from './peers.ts';
import type { Outcome, Suite } from './types.ts';

type Page = Omit<(typeof SAMPLES)[number], 'product'>;

const AT_A_TIME = 4;
const ADDRESS = '20.60.7.7';

export const pages: Suite = {
  name: 'pages',
  title: 'Block pages',
  about:
    'Pages composed from what is published about each product (ooni/blocking-fingerprints, Censored Planet, ' +
    'EnableSecurity/wafw00f, the vendors’ documents), in `test/probes/block-pages.ts`. A server on loopback answers ' +
    'the `http` probe with the page, and the target must be blocked by that product. Genuine replies of Azure, and ' +
    'pages with marks that others share, must not be taken for one. An address that only a DNS filter answers with must be taken for an invented answer.',
  run: async () => ({
    outcomes: [
      ...(await mapInFlight([...SAMPLES.entries()], AT_A_TIME, comparePage)),
      ...(await mapInFlight([...GENUINE.entries()], AT_A_TIME, compareGenuine)),
      ...(await mapInFlight([...AMBIGUOUS.entries()], AT_A_TIME, compareAmbiguous)),
      ...(await mapInFlight(addresses, AT_A_TIME, compareAddress)),
    ],
    notes: [],
  }),
};

async function comparePage([index, { product, ...page }]: [
  number,
  (typeof SAMPLES)[number],
]): Promise<Outcome> {
  const { only } = await showPage(page, USER);
  return compareTarget(
    `${index + 1} ${product}`,
    {
      status: 'unreachable',
      failure: 'http_blocked',
      cause: 'block-page',
      facts: { 'http.blockPage': product },
    },
    only,
  );
}

/** At Azure’s endpoint, which is asked for a revocation list, no product may be named: any page is foreign there. */
async function compareGenuine([index, page]: [number, Page]): Promise<Outcome> {
  const { only } = await showPage(page, AZURE);
  const product = only.attempts.at(-1)?.facts.http?.blockPage ?? null;
  return describeOther(`genuine ${index + 1}`, product);
}

async function compareAmbiguous([index, page]: [number, Page]): Promise<Outcome> {
  const { only } = await showPage(page, USER);
  const product = only.attempts.at(-1)?.facts.http?.blockPage ?? null;
  return describeOther(`ambiguous ${index + 1}`, product ?? (only.cause === 'block-page' ? 'unknown' : null));
}

function describeOther(id: string, product: string | null): Outcome {
  const got = product === null ? 'no block page' : `a block page of ${product}`;
  return { id, expected: 'no block page', got, agrees: product === null };
}

/** Where a page stands: in the place of an endpoint of the user, or of Azure. */
const USER = customPlan({ target: targets(`http://${ADDRESS}:80/`) });
const AZURE = azurePlan();

function azurePlan(): typeof USER {
  const plan = customPlan({ only: ['certificates'] });
  const target = plan.targets.find(({ host }) => host === 'crl3.digicert.com');
  if (target === undefined) throw new Error('the plan has no crl3.digicert.com');
  return { ...plan, targets: [target] };
}

function showPage({ status, headers = {}, body = '' }: Page, plan: typeof USER): Promise<Ran> {
  return withPeers(async (owner) => {
    const peer = await openPeer(owner, (socket) => {
      socket.once('data', () => {
        const lines = Object.entries({ 'content-length': `${Buffer.byteLength(body)}`, ...headers });
        const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
        socket.end(`HTTP/1.1 ${status} Status\r\n${head}\r\n${body}`);
      });
    });
    const names = [await nameServer(owner, () => ({ addresses: [ADDRESS] }))];
    return ran({ plan, names, redirections: [to(peer, ADDRESS, 80)] });
  });
}

function compareAddress({ address, product }: (typeof addresses)[number]): Promise<Outcome> {
  return withPeers(async (owner) => {
    const names = [
      await nameServer(owner, (name) =>
        name === 'a.example' ? { addresses: [address] } : { rcode: 'NXDOMAIN' },
      ),
    ];
    const { only } = await ran({ options: { target: targets('tls://a.example:443') }, names });
    const id = `DNS answer ${address}${product === null ? '' : ` of ${product}`}`;
    return compareTarget(id, { status: 'unreachable', failure: 'tcp_refused', cause: 'dns-tampered' }, only);
  });
}

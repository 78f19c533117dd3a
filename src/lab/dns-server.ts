import { once } from 'node:events';
import { createTCPServer, createUDPServer, Packet, type TCPServer, type UDPServer } from 'dns2';
import { type Listener, LOOPBACK, listen } from './listeners.ts';
import { type Lookup, lookup, type StartOfAuthority, type ZoneData } from './zones.ts';

const TTL_S = 60;
const RCODES = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4 } as const;
const MOST_PORTS_TRIED = 20;

/** Opens a name server on one loopback port, over UDP and TCP. */
export async function openNameServer(data: ZoneData): Promise<Listener> {
  for (let tried = 0; tried < MOST_PORTS_TRIED; tried += 1) {
    const tcp = createTCPServer(answerWith(data));
    const listener = await listen(tcp);
    const udp = await bindUdp(data, listener.port);
    if (udp !== null) return { port: listener.port, close: () => closeBoth(listener, udp) };
    await listener.close();
  }
  throw new Error(`no loopback port was free for both UDP and TCP in ${MOST_PORTS_TRIED} attempts`);
}

type Handler = NonNullable<ConstructorParameters<typeof TCPServer>[0]>;
type Question = Packet['questions'][number];
type Resource = Packet['answers'][number];

function answerWith(data: ZoneData): Handler {
  return async (request, send) => {
    // The lab may have ended before the reply; no client waits for it.
    await Promise.resolve(send(answer(data, request))).catch(() => undefined);
  };
}

/** Null when another program has that UDP port. */
async function bindUdp(data: ZoneData, port: number): Promise<UDPServer | null> {
  const server = createUDPServer(answerWith(data));
  server.bind(port, LOOPBACK);
  try {
    await once(server, 'listening');
    return server;
  } catch {
    server.close();
    return null;
  }
}

async function closeBoth(tcp: Listener, udp: UDPServer): Promise<void> {
  const closed = once(udp, 'close');
  udp.close();
  await Promise.all([closed, tcp.close()]);
}

function answer(data: ZoneData, request: Packet): Packet {
  const response = Packet.createResponseFromRequest(request);
  response.header.ra = 1;
  if (request.additionals.some((record) => record.type === Packet.TYPE.EDNS))
    response.additionals.push(Packet.Resource.EDNS([]));
  const [question] = request.questions;
  if (request.header.opcode !== 0) response.header.rcode = RCODES.NOTIMP;
  else if (question === undefined) response.header.rcode = RCODES.FORMERR;
  else fill(response, question, data);
  return response;
}

function fill(response: Packet, question: Question, data: ZoneData): void {
  const found = lookup(data, question.name, question.type === Packet.TYPE.A ? 'A' : 'other');
  response.header.rcode = RCODES[found.rcode];
  response.answers.push(...answerRecords(found, question));
  if (found.soa === null) return;
  const asked = question.type === Packet.TYPE.SOA && found.soa.zone === found.name;
  (asked ? response.answers : response.authorities).push(soaRecord(found.soa));
}

function answerRecords(found: Lookup, question: Question): Resource[] {
  // The first owner is spelt as the question was, so that a client that mixes case finds its own name.
  const owner = (name: string) => (name === question.name.toLowerCase() ? question.name : name);
  const aliases = found.aliases.map(({ name, target }) => ({
    name: owner(name),
    type: Packet.TYPE.CNAME,
    domain: target,
  }));
  const addresses = found.addresses.map((address) => ({
    name: owner(found.name),
    type: Packet.TYPE.A,
    address,
  }));
  return [...aliases, ...addresses].map(resource);
}

function soaRecord(soa: StartOfAuthority): Resource {
  return resource({
    name: soa.zone,
    type: Packet.TYPE.SOA,
    primary: soa.primary,
    admin: soa.admin,
    serial: 1,
    refresh: 3600,
    retry: 300,
    expiration: 2_419_200,
    minimum: TTL_S,
  });
}

function resource(fields: Partial<Resource>): Resource {
  return new Packet.Resource({ class: Packet.CLASS.IN, ttl: TTL_S, ...fields });
}

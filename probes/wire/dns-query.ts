/** One question to one DNS server, over UDP or TCP. */
import { ProbeError } from '../failures.ts';
import { type Budget, within } from './budget.ts';
import { type DnsReply, encodeQuestion, type Question, readReply } from './dns-message.ts';
import { toProbeError } from './failure.ts';
import type { Endpoint, Outside } from './outside.ts';

/** How often a question is sent over UDP within its step: datagrams do get lost. */
const TRANSMISSIONS = 3;

export interface QueryContext {
  readonly outside: Outside;
  readonly server: Endpoint;
  readonly budget: Budget;
}

/**
 * Asks over UDP, and again over TCP when the answer was truncated (RFC 7766 section 5).
 * @throws ProbeError dns_timeout, dns_unreachable, dns_malformed
 */
export async function query(context: QueryContext, question: Question): Promise<DnsReply> {
  const reply = await queryUdp(context, question);
  return reply.truncated ? { ...(await queryTcp(context, question)), truncated: true } : reply;
}

/**
 * Over UDP from a fresh port, with a random id; what does not answer this very question is ignored.
 * @throws ProbeError dns_timeout, dns_unreachable, dns_malformed
 */
export async function queryUdp(
  { outside, server, budget }: QueryContext,
  question: Question,
): Promise<DnsReply> {
  const endpoint = outside.route(server.address, server.address, server.port);
  const id = randomId(outside);
  const message = encodeQuestion(id, question);
  const socket = outside.datagram(endpoint.address);
  let resend: NodeJS.Timeout | undefined;
  try {
    const answered = new Promise<DnsReply>((resolve, reject) => {
      socket.on('error', (error) => reject(toProbeError(error, 'dns')));
      socket.on('message', (bytes) => {
        const result = readReply(bytes, id, question);
        if (result.kind === 'reply') resolve(result.reply);
        if (result.kind === 'malformed') reject(new ProbeError('dns_malformed', result.why));
      });
      // A connected socket hears only this server, and hears of an unreachable port at once.
      socket.connect(endpoint.port, endpoint.address, () => {
        const send = (): void => socket.send(message);
        send();
        resend = setInterval(send, budget.stepMs / TRANSMISSIONS);
      });
    });
    return await within(budget, 'dns', answered);
  } finally {
    clearInterval(resend);
    socket.close();
  }
}

/**
 * Over TCP, with the two bytes of length in front (RFC 1035 section 4.2.2).
 * @throws ProbeError dns_timeout, dns_unreachable, dns_malformed
 */
export async function queryTcp(
  { outside, server, budget }: QueryContext,
  question: Question,
): Promise<DnsReply> {
  const endpoint = outside.route(server.address, server.address, server.port);
  const id = randomId(outside);
  const message = encodeQuestion(id, question);
  const socket = outside.stream(endpoint);
  try {
    const answered = new Promise<DnsReply>((resolve, reject) => {
      let received = Buffer.alloc(0);
      socket.on('error', (error) => reject(toProbeError(error, 'dns')));
      socket.on('close', () =>
        reject(new ProbeError('dns_unreachable', 'the connection ended without an answer')),
      );
      socket.on('connect', () => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        socket.write(Buffer.concat([length, message]));
      });
      socket.on('data', (bytes: Buffer) => {
        // The length field itself bounds what is kept: 64 KiB and no more.
        received = Buffer.concat([received, bytes]);
        if (received.length < 2) return;
        const end = 2 + received.readUInt16BE(0);
        if (received.length < end) return;
        const result = readReply(received.subarray(2, end), id, question);
        if (result.kind === 'reply') resolve(result.reply);
        else reject(new ProbeError('dns_malformed', result.why));
      });
    });
    return await within(budget, 'dns', answered);
  } finally {
    socket.on('error', () => undefined);
    socket.destroy();
  }
}

function randomId(outside: Outside): number {
  return Buffer.from(outside.random(2)).readUInt16BE(0);
}

/** Clients that share nothing with the agent: the runtime's own resolver, TLS and HTTP. */
import { once } from 'node:events';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import type { startLab } from '../../src/lab/index.ts';

export type Lab = Awaited<ReturnType<typeof startLab>>;

/** An option of the lab that is a list of strings. */
export function list(lab: Lab, option: string): readonly string[] {
  const value = lab.options[option];
  if (!Array.isArray(value)) throw new Error(`${option} is not a list`);
  return value.map(String);
}

/** Where the lab sends connections for this host and port: the first redirect that fits, as in curl. */
export function portFor(lab: Lab, host: string, port: number): number {
  const fits = list(lab, 'connectTo')
    .map((redirect) => redirect.split(':'))
    .find(
      ([from, fromPort]) => (from === '' || from === host) && (fromPort === '' || fromPort === String(port)),
    );
  return Number(fits?.[3]);
}

export function rootsOf(lab: Lab): string {
  return [...lab.publicRoots, ...lab.roots].join('\n');
}

/** The code of the error, or `connected`, or `silence` when nothing came within the given time. */
export async function connecting(port: number, forMs: number): Promise<string> {
  const socket = net.connect({ host: '127.0.0.1', port, signal: AbortSignal.timeout(forMs) });
  try {
    await once(socket, 'connect');
    return 'connected';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ABORT_ERR' ? 'silence' : String(code);
  } finally {
    socket.destroy();
  }
}

/** The certificate shown for a name, verified against the lab's roots; or the verifier's complaint. */
export async function shownTo(lab: Lab, host: string, port = 443): Promise<tls.PeerCertificate | string> {
  const socket = tls.connect({
    host: '127.0.0.1',
    port: portFor(lab, host, port),
    servername: host,
    ca: rootsOf(lab),
  });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate();
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  } finally {
    socket.destroy();
  }
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** GET over HTTPS through the lab's redirects, with the chain verified. */
export async function get(lab: Lab, address: string): Promise<Answer> {
  const url = new URL(address);
  const port = portFor(lab, url.hostname, Number(url.port || 443));
  const request = https.get({
    host: '127.0.0.1',
    port,
    path: url.pathname + url.search,
    servername: url.hostname,
    headers: { host: url.host },
    ca: rootsOf(lab),
    agent: false,
  });
  const [response] = await once(request, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

export async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

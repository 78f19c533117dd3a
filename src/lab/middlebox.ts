import net from 'node:net';
import { readHello } from './client-hello.ts';
import { type Listener, LOOPBACK, listen } from './listeners.ts';

const HELLO_AT_MOST = 16_384;
const HEADERS_AT_MOST = 16_384;
const DENIED = 'Action: Deny. Reason: No rule matched. Proceeding with default action.';

/** Which names a rule of the firewall lets through. */
export type Allows = (serverName: string) => boolean;

/** What to do with the bytes seen so far: wait for more, pass them on, or end the connection. */
type Decision =
  | { readonly kind: 'wait' }
  | { readonly kind: 'pass' }
  | { readonly kind: 'deny'; readonly say: string };

/**
 * A firewall that completes every handshake itself, reads the server name, and connects onwards only when a
 * rule allows it; else it ends the connection without an answer, as Azure Firewall does with HTTPS.
 */
export function openTlsMiddlebox(upstream: number, allows: Allows): Promise<Listener> {
  return openMiddlebox(upstream, (seen) => {
    const hello = readHello(seen);
    if (hello.kind === 'incomplete' && seen.length < HELLO_AT_MOST) return { kind: 'wait' };
    const allowed = hello.kind === 'hello' && hello.serverName !== null && allows(hello.serverName);
    return allowed ? { kind: 'pass' } : { kind: 'deny', say: '' };
  });
}

/** The same for plain HTTP, where the firewall refuses with a page of its own. */
export function openHttpMiddlebox(upstream: number, allows: Allows): Promise<Listener> {
  return openMiddlebox(upstream, (seen) => {
    const head = seen.toString('latin1');
    if (!head.includes('\r\n\r\n') && seen.length < HEADERS_AT_MOST) return { kind: 'wait' };
    const host = /^host: *([^\r:]+)/im.exec(head)?.[1];
    return host !== undefined && allows(host.toLowerCase())
      ? { kind: 'pass' }
      : { kind: 'deny', say: page() };
  });
}

function openMiddlebox(upstream: number, decide: (seen: Buffer) => Decision): Promise<Listener> {
  return listen(
    net.createServer((client) => {
      let seen = Buffer.alloc(0);
      const onData = (bytes: Buffer) => {
        seen = Buffer.concat([seen, bytes]);
        const decision = decide(seen);
        if (decision.kind === 'wait') return;
        client.off('data', onData);
        if (decision.kind === 'pass') connectOnwards(client, upstream, seen);
        else client.end(decision.say);
      };
      client.on('data', onData);
    }),
  );
}

function connectOnwards(client: net.Socket, port: number, seen: Buffer): void {
  const onwards = net.connect({ host: LOOPBACK, port });
  onwards.on('error', () => client.destroy());
  client.on('error', () => onwards.destroy());
  client.once('close', () => onwards.destroy());
  onwards.write(seen);
  client.pipe(onwards).pipe(client);
}

function page(): string {
  const head = [
    'HTTP/1.1 470 status code 470',
    'Content-Type: text/plain; charset=utf-8',
    'Connection: close',
  ];
  return [...head, `Content-Length: ${DENIED.length}`, '', DENIED].join('\r\n');
}

/** HTTP for uploads: reuses connections, applies proxies and extra roots, follows no redirects. */
import { readFileSync } from 'node:fs';
import { isIP, Socket } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { buildConnector, Dispatcher } from 'undici';
import { createSystem, type Redirection } from '../../../probes/wire/system.ts';
import { SERVICE_TLS } from '../../../probes/wire/tls-client.ts';
import { errorCode } from '../../common/system-reason.ts';
import { abortReason } from './abort-reason.ts';
import { transportReason } from './transport-reason.ts';
import { basicAuthorization } from './user-info.ts';

const BODY_LIMIT = 65_536;
const CONNECT_MS = 10_000;
/** A slow body is not read further: the status already decides the outcome. */
const BODY_MS = 5000;
/** A peer that takes a report and never answers has not confirmed it. */
const ANSWER_MS = 30_000;

/** The status counts even when the time ran out while the body was read. */
const SETTLE_MS = 100;

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface Reply {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first 64 KiB. */
  readonly body: string;
}

/** `failed`: no reply came, and the fate of the request is unknown. The reason holds no secret. */
export type Exchange =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Client {
  /** Returns a reply or a reason for whatever a peer or a network does; throws only a defect. */
  exchange(request: Request, signal: AbortSignal): Promise<Exchange>;
  close(): Promise<void>;
}

export interface ClientSettings {
  /** Holds the proxy variables; empty for a client that must never use one. */
  readonly env: NodeJS.ProcessEnv;
  /** Files of PEM certificates to trust beside the usual ones. */
  readonly caFile: readonly string[];
  readonly connectTo: readonly Redirection[];
  /** ms until a reply has to come */
  readonly answerMs?: number;
}

/** @returns null when no proxy is set; curl's rules, with or without a scheme */
export function proxyFor(env: NodeJS.ProcessEnv): { readonly variable: string; readonly url: string } | null {
  const variable = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].find(
    (name) => (env[name] ?? '').trim() !== '',
  );
  const value = env[variable ?? '']?.trim();
  if (variable === undefined || value === undefined) return null;
  return { variable, url: /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}` };
}

export function createClient(settings: ClientSettings): Client {
  // Loading undici is slow, and a run with nothing to send does not need it.
  let opened: Promise<Dispatcher> | null = null;
  const sockets = new Sockets();
  return {
    exchange: async (request, signal) => {
      try {
        opened ??= open(settings, sockets);
        const dispatcher = await opened;
        const reply = await sockets.until(signal, () => exchange(dispatcher, request, signal));
        return { kind: 'reply', reply };
      } catch (error) {
        if (!signal.aborted && errorCode(error) === null) throw error;
        const reason = signal.aborted ? abortReason(signal) : transportReason(error);
        return { kind: 'failed', reason };
      }
    },
    close: async () => {
      sockets.destroy();
      await opened?.then((dispatcher) => dispatcher.destroy()).catch(() => {});
    },
  };
}

/**
 * Every connection of a client from its first SYN on. undici cannot end a request that waits for a connection, so the
 * connection is cut instead.
 */
class Sockets {
  readonly #open = new Set<Socket>();

  /** @returns the connector, whose sockets belong to this client */
  of(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) => {
      const socket: unknown = connect(options, callback);
      if (!(socket instanceof Socket)) return;
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    };
  }

  /**
   * Settles as the work does. When the signal aborts, all connections are cut, and work that still does not settle
   * (name resolution) is abandoned.
   * @throws the signal's reason then
   */
  async until<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => {
      this.destroy();
      setTimeout(() => aborted.reject(signal.reason), SETTLE_MS);
    };
    signal.addEventListener('abort', abort, { once: true });
    const working = work();
    working.catch(() => {});
    try {
      return await Promise.race([working, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  destroy(): void {
    // With an error: undici takes a silent close for a connection that may still be made.
    const reason = Object.assign(new Error('the client was closed'), { code: 'UND_ERR_DESTROYED' });
    for (const socket of this.#open) socket.destroy(reason);
  }
}

async function open(
  { env, caFile, connectTo, answerMs = ANSWER_MS }: ClientSettings,
  sockets: Sockets,
): Promise<Dispatcher> {
  // A bundle has only the default export of this CommonJS package.
  const { Agent, EnvHttpProxyAgent, Pool, buildConnector } = (await import('undici')).default;
  const extra = caFile.map((path) => readFileSync(path, 'utf8'));
  const trust = extra.length === 0 ? {} : { ca: [...getCACertificates('default'), ...extra] };
  // The small ClientHello always: every server accepts these groups, while devices that read only the first segment would
  // end the connection before the report is sent. A report is not worth a post-quantum secret.
  const tls = { ...SERVICE_TLS, ...trust, timeout: CONNECT_MS };
  const connect = redirected(sockets.of(buildConnector(tls)), connectTo);
  const common = { connect, headersTimeout: answerMs, bodyTimeout: answerMs, connections: 1 };
  const proxy = proxyFor(env);
  if (proxy === null) return new Agent(common);
  if (!/^https?:\/\//i.test(proxy.url) || !URL.canParse(proxy.url)) {
    throw Object.assign(new Error(), { code: 'NOT_A_PROXY', variable: proxy.variable });
  }
  const place = new URL(proxy.url);
  const token = basicAuthorization(place);
  // With empty strings undici does not read the variables of the process.
  const noProxy = env['no_proxy'] ?? env['NO_PROXY'] ?? '';
  return new EnvHttpProxyAgent({
    ...common,
    ...{ httpProxy: '', httpsProxy: place.origin, noProxy, requestTls: tls, proxyTls: tls },
    ...(token === null ? {} : { token }),
    clientFactory: (origin, options) => {
      const pool = new Pool(origin, {
        ...options,
        headersTimeout: CONNECT_MS,
        connect: ofProxy(sockets.of(buildConnector(tls)), proxy.variable),
      });
      const ask = pool.connect.bind(pool);
      // A proxy that does not answer CONNECT has not received a report.
      const connect = (request: Dispatcher.ConnectOptions) =>
        ask(request).catch((error: unknown) => {
          throw error instanceof Error ? Object.assign(error, { proxy: proxy.variable }) : error;
        });
      return Object.assign(pool, { connect });
    },
  });

  /** Names the proxy in its own failures: the destination did not cause them. */
  function ofProxy(connect: buildConnector.connector, variable: string): buildConnector.connector {
    return (to, callback) =>
      // SNI must not hold an address (RFC 6066, section 3), and the runtime refuses it.
      connect(
        isIP((to.servername ?? '').replace(/^\[|\]$/g, '')) === 0 ? to : { ...to, servername: '' },
        (...[error, socket]) =>
          error === null ? callback(null, socket) : callback(Object.assign(error, { proxy: variable }), null),
      );
  }
}

/** `--connect-to`: the name in the request and in the certificate stays, the address is another. */
function redirected(
  connect: buildConnector.connector,
  connectTo: readonly Redirection[],
): buildConnector.connector {
  const { route } = createSystem(connectTo);
  return (options, callback) => {
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    const to = route(options.hostname, options.hostname, port);
    return connect({ ...options, hostname: to.address, port: String(to.port) }, callback);
  };
}

async function exchange(dispatcher: Dispatcher, request: Request, signal: AbortSignal): Promise<Reply> {
  const { method, origin, path, headers, body = null } = request;
  const reply = await dispatcher.request({ method, origin, path, headers, body, signal }).catch((error) => {
    throw isAboutReply(error)
      ? Object.assign(new Error('', { cause: error }), { code: 'UNREADABLE_REPLY' })
      : error;
  });
  const received = Object.fromEntries(
    Object.entries(reply.headers).map(([name, value = '']) => [name, [value].flat().join(', ')]),
  );
  return {
    status: reply.statusCode,
    headers: received,
    body: await readStart(reply.body),
  };
}

/**
 * Whether a malformed reply made undici fail: it then throws assertions and other errors without a code. Errors of the
 * system, of TLS and of undici's own classes have a code.
 */
function isAboutReply(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || code === 'ERR_ASSERTION' || code.startsWith('HPE_');
}

/** A body that breaks off does not change what the status means. */
async function readStart(body: Dispatcher.ResponseData['body']): Promise<string> {
  const bytes = Buffer.alloc(BODY_LIMIT);
  let length = 0;
  const limit = setTimeout(() => body.destroy(), BODY_MS);
  try {
    for await (const chunk of body) {
      length += Buffer.from(chunk).copy(bytes, length);
      if (length === BODY_LIMIT) break;
    }
  } catch {
    // The peer broke off, or the time ran out.
  } finally {
    clearTimeout(limit);
  }
  return bytes.subarray(0, length).toString('utf8');
}

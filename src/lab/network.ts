import { createServer, type Socket } from 'node:net';
import type { Authority } from './authority.ts';
import { httpFront } from './http-front.ts';
import { type Listener, listen, openMutePort, openRefusingPort } from './listeners.ts';
import { openHttpMiddlebox, openTlsMiddlebox } from './middlebox.ts';
import { type Front, PORTS } from './routes.ts';
import type { RouteEnd } from './scenario.ts';
import { kms } from './services/kms.ts';
import { openMuteDatagramPort, openTimeServer } from './services/ntp.ts';
import { redis } from './services/redis.ts';
import { byHost } from './services/registry.ts';
import { smb } from './services/smb.ts';
import { smtpRelay } from './services/smtp.ts';
import { closedStorage } from './services/storage.ts';
import { openSilentPort } from './silent-port.ts';
import { httpsFront, sqlFront, tlsFront } from './tls-front.ts';

/** The two certificate authorities; each starts only when a scenario's routes name it. */
export interface Authorities {
  readonly genuine: Authority;
  readonly inspection: () => Promise<Authority>;
}

/** The servers behind the routes of one scenario: each is opened when a route first names it. */
export class Network {
  readonly #authorities: Authorities;
  readonly #opened = new Map<string, Promise<Listener>>();

  constructor(authorities: Authorities) {
    this.#authorities = authorities;
  }

  /** The loopback port where connections for `port` (null: any) end up. */
  async portFor(place: RouteEnd, port: number | null): Promise<number> {
    const front = port === null ? 'mute' : (PORTS.get(port) ?? 'mute');
    return (await this.#open(place, front)).port;
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values());
    await Promise.all(opened.map((result) => (result.status === 'fulfilled' ? result.value.close() : null)));
  }

  #open(place: RouteEnd, front: Front): Promise<Listener> {
    switch (place.kind) {
      case 'silence':
        return front === 'ntp'
          ? this.#once('mute datagrams', openMuteDatagramPort)
          : this.#once('silence', openSilentPort);
      case 'refusal':
        return this.#once('refusal', openRefusingPort);
      case 'mute':
        return this.#once('mute', openMutePort);
      case 'services':
        return this.#service(front);
      case 'inspection':
        return this.#once('inspection', async () => https(await this.#authorities.inspection()));
      case 'closed-storage':
        return this.#once('closed storage', async () =>
          listen(await httpsFront(this.#authorities.genuine, closedStorage)),
        );
      case 'middlebox':
        return this.#middlebox(front, place.allows);
    }
  }

  #service(front: Front): Promise<Listener> {
    const { genuine } = this.#authorities;
    switch (front) {
      case 'https':
        return this.#once('https', () => https(genuine));
      case 'http':
        return this.#once('http', () => listen(httpFront(byHost(genuine))));
      case 'kms':
        return this.#once('kms', () => listen(createServer(kms)));
      case 'ntp':
        return this.#once('ntp', openTimeServer);
      case 'smb':
        return this.#once('smb', () => listen(createServer(smb)));
      case 'amqps':
        return this.#once('amqps', async () => listen(await tlsFront(genuine, await amqp())));
      case 'amqp':
        return this.#once('amqp', async () => listen(createServer(await amqp())));
      case 'smtp':
        return this.#once('smtp', async () => listen(await smtpRelay(genuine)));
      case 'sql':
        return this.#once('sql', async () => listen(await sqlFront(genuine)));
      case 'rediss':
        return this.#once('rediss', async () => listen(await tlsFront(genuine, redis)));
      case 'mute':
        return this.#once('mute', openMutePort);
    }
  }

  async #middlebox(front: Front, names: readonly string[]): Promise<Listener> {
    const upstream = await this.#service(front);
    const allows = (serverName: string) => names.some((name) => matches(name, serverName));
    switch (front) {
      case 'https':
        return this.#once('https middlebox', () => openTlsMiddlebox(upstream.port, allows));
      case 'http':
        return this.#once('http middlebox', () => openHttpMiddlebox(upstream.port, allows));
      case 'amqps':
      case 'rediss':
        return this.#once(`${front} middlebox`, () => openTlsMiddlebox(upstream.port, allows));
      case 'kms':
      case 'smb':
      case 'amqp':
      case 'smtp':
      case 'sql':
      case 'ntp':
      case 'mute':
        return upstream;
    }
  }

  #once(key: string, open: () => Promise<Listener>): Promise<Listener> {
    const known = this.#opened.get(key);
    if (known !== undefined) return known;
    const opening = open();
    this.#opened.set(key, opening);
    return opening;
  }
}

async function https(authority: Authority): Promise<Listener> {
  return listen(await httpsFront(authority, byHost(authority)));
}

/** The library behind it is loaded when a route first leads there. */
async function amqp(): Promise<(socket: Socket) => void> {
  const { amqpService } = await import('./services/amqp.ts');
  return amqpService();
}

/** A rule names a host, or with `*.` in front every host below a suffix. */
function matches(rule: string, serverName: string): boolean {
  return rule.startsWith('*.') ? serverName.endsWith(rule.slice(1)) : serverName === rule;
}

/** Resolves names: asks every configured server, and determines which answer the system would use. */
import { isIP } from 'node:net';
import type { Failure } from '../../probes/failures.ts';
import type { Budget } from '../../probes/wire/budget.ts';
import { type Answer, resolveAt } from '../../probes/wire/resolve.ts';
import type { System } from '../../probes/wire/system.ts';
import { nameDnsServer } from '../common/host-port.ts';
import {
  DEFAULT_SOURCES,
  type HostSource,
  isDns,
  type SourceStatus,
  statusWithout,
} from '../environment/nsswitch.ts';
import type { Survey } from '../environment/types.ts';
import type { Address, Resolution } from '../model/report.ts';
import { describeAddress } from './addresses.ts';
import type { Gate } from './gate.ts';

/** The addresses that the system would dial, or why it has none. */
export interface Dialable {
  readonly addresses: readonly Address[];
  readonly failure: Failure | null;
  /** Text of the error when the failure is `local_limit`; else null. */
  readonly limit: string | null;
  /** hosts-file, or the server that decided; null when no server did. */
  readonly from: string | null;
}

export interface NameResult {
  /** Settles as soon as a server has decided, in the order in which the system asks them. */
  readonly dialable: Promise<Dialable>;
  /** The answer of each server, in the configured order; settles when all have answered. */
  readonly resolutions: Promise<readonly Resolution[]>;
}

/** After these failures the system asks the next server. */
const ASK_THE_NEXT: readonly (Failure | null)[] = [
  'dns_timeout',
  'dns_unreachable',
  'dns_servfail',
  'dns_refused',
  'dns_malformed',
  'local_limit',
  'unexpected',
];

/** The answer for a query that the end of the run prevented. */
const OUT_OF_TIME: Answer = {
  rcode: 'deadline_exceeded',
  failure: 'deadline_exceeded',
  limit: null,
  addresses: [],
  cname: [],
  authority: [],
  truncated: false,
  ignored: { wrongId: 0, wrongSource: 0 },
  ms: 0,
};

/** No source of this system has the name, and none asked a DNS server. */
const NO_SOURCE: Dialable = { addresses: [], failure: 'dns_unreachable', limit: null, from: null };

export class Names {
  readonly #survey: Survey;
  readonly #system: System;
  readonly #budget: Budget;
  readonly #queries: Gate;
  readonly #known = new Map<string, NameResult>();

  constructor(parts: { survey: Survey; system: System; budget: Budget; queries: Gate }) {
    this.#survey = parts.survey;
    this.#system = parts.system;
    this.#budget = parts.budget;
    this.#queries = parts.queries;
  }

  /** Asks for each name once per run, because many targets share a name. */
  resolve(host: string): NameResult {
    const key = host.toLowerCase();
    const known = this.#known.get(key) ?? (isIP(host) === 0 ? this.#ask(key) : literal(host));
    this.#known.set(key, known);
    return known;
  }

  /** Begins to resolve a name that is needed later. */
  lookAhead(host: string): void {
    const { dialable, resolutions } = this.resolve(host);
    // A defect counts where the results are collected.
    dialable.catch(() => undefined);
    resolutions.catch(() => undefined);
  }

  #ask(host: string): NameResult {
    const answers = this.#survey.servers.map((server) => this.#askServer(server, this.#candidates(host)));
    return {
      dialable: this.#systemChoice(host, answers),
      resolutions: Promise.all(
        answers.map(async (answer, index) => resolution(this.#serverAt(index), await answer)),
      ),
    };
  }

  /** Tries the name's candidates in turn until one has an address. */
  async #askServer(
    server: { address: string; port: number },
    [name, ...rest]: readonly [string, ...string[]],
  ): Promise<Answer> {
    const context = { system: this.#system, server, budget: this.#budget };
    const answer = (await this.#queries(() => resolveAt(context, name), limitOf)) ?? OUT_OF_TIME;
    const [next, ...others] = rest;
    return answer.addresses.length > 0 || next === undefined
      ? answer
      : this.#askServer(server, [next, ...others]);
  }

  /** resolv.conf(5), ndots:1: a name without a dot goes through the search list first. */
  #candidates(host: string): readonly [string, ...string[]] {
    const [first, ...others] = host.includes('.') ? [] : this.#survey.searchDomains;
    if (first === undefined) return [host];
    return [`${host}.${first}`, ...others.map((domain) => `${host}.${domain}`), host];
  }

  /** By nsswitch.conf(5): usually the hosts file first, then DNS. */
  async #systemChoice(host: string, answers: readonly Promise<Answer>[]): Promise<Dialable> {
    let choice: Dialable = NO_SOURCE;
    for (const source of this.#sources()) {
      const found = await this.#consult(source, host, answers);
      const status = found === null ? statusWithout(source) : statusOf(found);
      if (found !== null) choice = found;
      if (source.actions[status] === 'merge') return NO_SOURCE;
      if (source.actions[status] === 'return') break;
    }
    return choice;
  }

  /** The servers of --dns-server are asked also where this system asks none. */
  #sources(): readonly HostSource[] {
    const { sources, environment } = this.#survey;
    const { source, system } = environment.dns;
    return source === '--dns-server' && system?.asksDns === false ? DEFAULT_SOURCES.sources : sources;
  }

  /** @returns null when the source does not have the name */
  async #consult(
    source: HostSource,
    host: string,
    answers: readonly Promise<Answer>[],
  ): Promise<Dialable | null> {
    if (isDns(source)) return this.#sendsNothing() ? NO_SOURCE : this.#askDns(answers);
    const addresses = source.name === 'files' ? this.#survey.hosts.get(host) : undefined;
    if (addresses === undefined) return null;
    const known = addresses.map((address) => describeAddress(address, []));
    return { addresses: known, failure: null, limit: null, from: 'hosts-file' };
  }

  /** With “options attempts:0” of resolv.conf(5). */
  #sendsNothing(): boolean {
    const { source, system } = this.#survey.environment.dns;
    return system?.attempts === 0 && source !== '--dns-server';
  }

  /** The servers in order. */
  async #askDns(answers: readonly Promise<Answer>[]): Promise<Dialable> {
    let limit = answers.length === 0 ? this.#survey.limit : null;
    let failure: Failure | null = answers.length === 0 ? 'dns_unreachable' : null;
    for (const [index, answer] of answers.entries()) {
      const from = this.#serverAt(index);
      const { addresses, cname, failure: answered, limit: missing } = await answer;
      if (addresses.length > 0) {
        // A server may repeat an address.
        const once = [...new Set(addresses)];
        const known = once.map((address) => describeAddress(address, cname));
        return { addresses: known, failure: null, limit: null, from };
      }
      limit ??= missing;
      failure = answered;
      // A denial is not final when an earlier server could not be asked: it might know the name.
      if (!ASK_THE_NEXT.includes(answered) && limit === null) return { addresses: [], failure, limit, from };
    }
    if (limit !== null) failure = 'local_limit';
    return { addresses: [], failure, limit, from: null };
  }

  #serverAt(index: number): string {
    const server = this.#survey.servers[index];
    return server === undefined ? '' : nameDnsServer(server);
  }
}

/** The result of DNS as glibc's module of nsswitch.conf(5) returns it. */
function statusOf({ addresses, failure }: Dialable): SourceStatus {
  if (addresses.length > 0) return 'SUCCESS';
  return failure === 'dns_nxdomain' || failure === 'dns_nodata' ? 'NOTFOUND' : 'UNAVAIL';
}

/** For the gate: the text of the error when a local resource ran out. */
export function limitOf({ limit }: Answer): string | null {
  return limit;
}

function literal(address: string): NameResult {
  return {
    dialable: Promise.resolve({
      addresses: [describeAddress(address, [])],
      failure: null,
      limit: null,
      from: null,
    }),
    resolutions: Promise.resolve([]),
  };
}

function resolution(server: string, answer: Answer): Resolution {
  return {
    server,
    rcode: answer.rcode,
    failure: answer.failure,
    addresses: [...answer.addresses],
    cname: [...answer.cname],
    authority: [...answer.authority],
    truncated: answer.truncated,
    ignored: { ...answer.ignored },
    ms: answer.ms,
  };
}

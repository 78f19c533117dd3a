/** One attempt at one address: its sockets, its steps and its evidence. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Facts } from '../facts.ts';
import { type Budget, createDeadlineError, within } from './budget.ts';
import type { Layer } from './failure.ts';
import { forgetReceived, receivedText } from './received.ts';
import type { System } from './system.ts';
import type { TrustStore } from './trust.ts';

export type StepName = 'resolve' | 'connect' | 'tls' | 'handshake' | 'request';

export interface Step {
  readonly name: StepName;
  readonly ms: number;
  readonly ok: boolean;
}

/** The target as a probe needs it. */
export interface ProbeTarget {
  /** Host name or address literal, used in SNI and in the Host header. */
  readonly host: string;
  readonly port: number;
  /** Path and query for HTTP. */
  readonly path: string;
  /** The name to query when the target is a DNS server. */
  readonly question: string;
  /** True for a service of Azure, false for an endpoint that the user runs. */
  readonly azureService: boolean;
}

export class Session {
  readonly target: ProbeTarget;
  readonly address: string;
  readonly system: System;
  readonly trust: TrustStore;
  readonly budget: Budget;
  /** Steps and facts are recorded at once, so that a failure retains the earlier ones. */
  readonly steps: Step[] = [];
  readonly facts: Facts = {};
  readonly #owned: Duplex[] = [];
  readonly #onStep: () => void;

  /** @param parts `onStep` is called when a step has ended */
  constructor(parts: {
    target: ProbeTarget;
    address: string;
    system: System;
    trust: TrustStore;
    budget: Budget;
    onStep?: () => void;
  }) {
    this.target = parts.target;
    this.address = parts.address;
    this.system = parts.system;
    this.trust = parts.trust;
    this.budget = parts.budget;
    this.#onStep = parts.onStep ?? (() => {});
  }

  /**
   * Runs one timed step within the step's budget, and records it whether it succeeds or fails. Starts no step after
   * the end of the run.
   * @param work receives a function that restarts the timer, for steps that begin later than the call
   * @throws ProbeError
   */
  async step<T>(name: StepName, layer: Layer, work: (restart: () => void) => Promise<T>): Promise<T> {
    if (this.budget.signal.aborted) throw createDeadlineError();
    let started = this.system.monotonicMs();
    const restart = (): void => {
      started = this.system.monotonicMs();
    };
    let ok = false;
    try {
      const value = await within(this.budget, layer, Promise.try(work, restart));
      ok = true;
      this.#forgetReceived();
      return value;
    } finally {
      const ms = Math.max(0, Math.round((this.system.monotonicMs() - started) * 1000) / 1000);
      this.steps.push({ name, ms, ok });
      if (!ok && name !== 'connect') this.#recordReceived();
      this.#onStep();
    }
  }

  /** Registers a socket to destroy when the attempt ends. */
  own<S extends Duplex>(socket: S): S {
    this.#owned.push(socket);
    // After the step no code awaits the socket, so a late error must not end the process.
    socket.on('error', () => undefined);
    return socket;
  }

  /**
   * Destroys all owned sockets, the newest first: destroying a TCP socket before its TLS socket frees memory that
   * OpenSSL still uses, and crashes the runtime.
   */
  dispose(): void {
    for (const owned of this.#owned.splice(0).reverse()) owned.destroy();
  }

  /** Bytes received over the connection, below TLS; null before there is one. */
  get bytesReceived(): number | null {
    const [first] = this.#owned;
    return first instanceof Socket ? first.bytesRead : null;
  }

  /** The local address of the connection; null before there is one. */
  get localAddress(): string | null {
    const [first] = this.#owned;
    return first instanceof Socket ? (first.localAddress ?? null) : null;
  }

  /** Distinguishes a peer that stopped sending from one that never sent, and from one that sent something else. */
  #recordReceived(): void {
    const { bytesReceived } = this;
    if (bytesReceived !== null) this.facts.bytesReceived = bytesReceived;
    const received = receivedText(this.#owned, this.target.azureService);
    if (received !== null) this.facts.received = received;
  }

  #forgetReceived(): void {
    for (const owned of this.#owned) forgetReceived(owned);
    delete this.facts.received;
  }
}

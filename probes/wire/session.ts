/** One attempt at one address: its sockets, its steps, and whatever evidence came up before it ended. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Facts } from '../facts.ts';
import { type Budget, runIsOver, within } from './budget.ts';
import type { Layer } from './failure.ts';
import type { System } from './system.ts';
import type { TrustStore } from './trust.ts';

export type StepName = 'resolve' | 'connect' | 'tls' | 'handshake' | 'request';

export interface Step {
  readonly name: StepName;
  readonly ms: number;
  readonly ok: boolean;
}

/** What a probe is told about its target. */
export interface ProbeTarget {
  /** Host name (or address literal): what goes into SNI and the Host header. */
  readonly host: string;
  readonly port: number;
  /** Path and query for HTTP. */
  readonly path: string;
  /** A name to ask for, when the target is a DNS server. */
  readonly question: string;
  /** Azure's own service: its certificate must come from an issuer that Azure uses. */
  readonly azureIssuer: boolean;
}

export class Session {
  readonly target: ProbeTarget;
  readonly address: string;
  readonly system: System;
  readonly trust: TrustStore;
  readonly budget: Budget;
  /** Every attempt sends its steps and facts here as they come, so that a failure keeps what went before. */
  readonly steps: Step[] = [];
  readonly facts: Facts = {};
  readonly #owned: Duplex[] = [];

  constructor(parts: {
    target: ProbeTarget;
    address: string;
    system: System;
    trust: TrustStore;
    budget: Budget;
  }) {
    this.target = parts.target;
    this.address = parts.address;
    this.system = parts.system;
    this.trust = parts.trust;
    this.budget = parts.budget;
  }

  /**
   * Runs one timed step within the step's budget and records it, whether it ends well or not. Once the run is
   * over nothing is begun any more.
   * @param work is handed a function that restarts the stopwatch, for steps that begin later than the call
   * @throws ProbeError
   */
  async step<T>(name: StepName, layer: Layer, work: (restart: () => void) => Promise<T>): Promise<T> {
    if (this.budget.signal.aborted) throw runIsOver();
    let started = this.system.monotonicMs();
    const restart = (): void => {
      started = this.system.monotonicMs();
    };
    let ok = false;
    try {
      const value = await within(this.budget, layer, Promise.try(work, restart));
      ok = true;
      return value;
    } finally {
      const ms = Math.max(0, Math.round((this.system.monotonicMs() - started) * 1000) / 1000);
      this.steps.push({ name, ms, ok });
      if (!ok && name !== 'connect') this.#countBytes();
    }
  }

  /** Whatever is handed in here is destroyed when the attempt ends. */
  own<S extends Duplex>(socket: S): S {
    this.#owned.push(socket);
    // A socket that breaks after its step is over has nobody left to tell.
    socket.on('error', () => undefined);
    return socket;
  }

  /**
   * Closes all that was handed in, the youngest first: a TLS socket whose TCP socket went before it is freed
   * in the midst of OpenSSL's work, and takes the runtime down with it.
   */
  dispose(): void {
    for (const owned of this.#owned.splice(0).reverse()) owned.destroy();
  }

  /** Bytes that have come over the connection, below TLS; null before there is one. */
  get bytesReceived(): number | null {
    const [first] = this.#owned;
    return first instanceof Socket ? first.bytesRead : null;
  }

  /** This side's address of the connection; null before there is one. */
  get localAddress(): string | null {
    const [first] = this.#owned;
    return first instanceof Socket ? (first.localAddress ?? null) : null;
  }

  /** Some bytes or none tells a peer that fell silent from one that never spoke. */
  #countBytes(): void {
    const { bytesReceived } = this;
    if (bytesReceived !== null) this.facts.bytesReceived = bytesReceived;
  }
}

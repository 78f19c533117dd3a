/** The rows of the matrix: what is wrong with the network, and what the agent has to say about it. */
import type { Group, Owner, Verdict } from '../../src/model/vocabulary.ts';
import type { Play } from './stage.ts';

/** Targets of the plan; each criterion that is given narrows the choice. */
export interface Selection {
  readonly groups?: readonly Group[];
  readonly hosts?: readonly string[];
  readonly ports?: readonly number[];
  /** Addresses that the network gives to the host. */
  readonly addresses?: readonly string[];
}

/**
 * Targets that the fault takes away: a choice, several choices together, every target, or `some` where chance decides
 * which.
 */
export type Explained = 'all' | 'some' | 'none' | Selection | readonly Selection[];

/** The truth about one situation. */
export interface Expected {
  /**
   * Causes that no packet can tell apart: the first error or warning has to have one of them. Empty when there is no
   * error and no warning.
   */
  readonly causes: readonly string[];
  readonly explains: Explained;
  /** One of these; the exit code has to be the verdict's. */
  readonly verdict: Verdict | readonly Verdict[];
  /** The finding is only information: there is no error and no warning. */
  readonly isInformation?: true;
  /** Further causes that the situation has beside the first, as errors, warnings or information. */
  readonly also?: readonly string[];
  /** Each of several findings with this cause has a fix of its own. */
  readonly hasSeveralFindings?: true;
  readonly owner?: Owner;
  /** What title, explanation and remedy together have to contain. */
  readonly text?: RegExp;
}

/** One way in which a fault shows itself. */
export interface Shape extends Play {
  /** Unique within the fault. */
  readonly shape: string;
  readonly expected: Expected;
}

/** A fault or a healthy variant. The first shape is the one that CI runs. */
export interface Situation {
  readonly id: string;
  /** One line for the table. */
  readonly what: string;
  readonly shapes: readonly Shape[];
}

/** The situations under one heading. */
export interface Chapter {
  readonly title: string;
  readonly kind: 'fault' | 'healthy';
  readonly situations: readonly Situation[];
}

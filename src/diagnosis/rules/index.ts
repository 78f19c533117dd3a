import type { Rule } from '../rule.ts';
import { undetermined } from './undetermined.ts';

/** In the order in which they may claim a target: the more specific evidence first. */
export const RULES: readonly Rule[] = [undetermined];

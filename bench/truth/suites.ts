import { chains } from './chains.ts';
import { pages } from './pages.ts';
import { replies } from './replies.ts';
import { servers } from './servers.ts';
import { situations } from './situations.ts';
import type { Suite } from './types.ts';
import { vectors } from './vectors.ts';

/** In the order of the page. */
export const SUITES: readonly Suite[] = [vectors, chains, pages, replies, servers, situations];

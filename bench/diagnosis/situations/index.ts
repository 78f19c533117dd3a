/** All situations, in the order of the table. */
import type { Chapter } from '../situation.ts';
import { DNS_SERVERS } from './dns-servers.ts';
import { INSTANCE } from './gateway.ts';
import { HEALTHY } from './healthy.ts';
import { RECORDS } from './names.ts';
import { BLOCK_PAGES } from './pages.ts';
import { PATH } from './path.ts';
import { RESOLVER } from './resolver.ts';
import { SERVICES } from './services.ts';
import { TLS } from './tls.ts';
import { VM } from './vm.ts';

export const CHAPTERS: readonly Chapter[] = [
  DNS_SERVERS,
  RESOLVER,
  RECORDS,
  PATH,
  TLS,
  BLOCK_PAGES,
  SERVICES,
  INSTANCE,
  VM,
  HEALTHY,
];

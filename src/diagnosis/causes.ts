import type { Cause } from '../model/vocabulary.ts';
import { AZURE_CAUSES } from './texts/azure.ts';
import { DNS_CAUSES } from './texts/dns.ts';
import { GATEWAY_CAUSES } from './texts/gateway.ts';
import { PATH_CAUSES } from './texts/path.ts';
import { RESOLUTION_CAUSES } from './texts/resolution.ts';
import { SERVICE_CAUSES } from './texts/service.ts';
import { TLS_CAUSES } from './texts/tls.ts';
import type { CauseText } from './texts/type.ts';

/** The meaning, signs and remedy of each cause; `explain` prints them without a network. */
export const CAUSE_TEXTS: Readonly<Record<Cause, CauseText>> = {
  ...AZURE_CAUSES,
  ...DNS_CAUSES,
  ...GATEWAY_CAUSES,
  ...PATH_CAUSES,
  ...RESOLUTION_CAUSES,
  ...SERVICE_CAUSES,
  ...TLS_CAUSES,
};

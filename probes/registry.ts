import { amqp, amqps } from './amqp.ts';
import { certificates } from './certificates.ts';
import { dns } from './dns.ts';
import { entraId } from './entra-id.ts';
import { eventHubs } from './event-hubs.ts';
import { gateway } from './gateway.ts';
import { http, https } from './http.ts';
import { icmp } from './icmp.ts';
import { keyVault } from './key-vault.ts';
import { kms } from './kms.ts';
import { ntp } from './ntp.ts';
import type { Conversation } from './protocols.ts';
import { redis, rediss } from './redis.ts';
import { smb } from './smb.ts';
import { smtp } from './smtp.ts';
import { storage } from './storage.ts';
import { tcp } from './tcp.ts';
import { tds } from './tds.ts';
import { tls } from './tls.ts';
import type { Probe } from './types.ts';

/** All probes by conversation. */
const registry: Readonly<Record<Conversation, Probe>> = {
  amqp,
  amqps,
  certificates,
  dns,
  'entra-id': entraId,
  'event-hubs': eventHubs,
  gateway,
  http,
  https,
  icmp,
  'key-vault': keyVault,
  kms,
  ntp,
  redis,
  rediss,
  smb,
  smtp,
  storage,
  tcp,
  tds,
  tls,
};

/** The probe for a conversation. */
export function probeFor(conversation: Conversation): Probe {
  return registry[conversation];
}

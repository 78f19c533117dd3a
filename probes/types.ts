import type { Socket } from 'node:net';
import type { Session } from './wire/session.ts';

/**
 * A probe runs its protocol and records evidence in the session. It does not interpret the evidence. `over` is its
 * input: an open TCP connection, an open TLS connection, or only the session when it opens its own sockets.
 * @throws ProbeError for the first step that failed
 */
export type Probe =
  | {
      readonly over: 'tcp' | 'tls';
      /** Offered in the TLS handshake (RFC 7301); a server may refuse a handshake that offers only others. */
      readonly alpn?: readonly string[];
      readonly converse: (session: Session, socket: Socket) => Promise<void>;
    }
  | { readonly over: 'nothing'; readonly converse: (session: Session) => Promise<void> };

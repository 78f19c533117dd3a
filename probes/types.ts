import type { Socket } from 'node:net';
import type { Session } from './wire/session.ts';

/**
 * A probe holds its protocol's conversation and leaves its evidence in the session. It never says what the
 * evidence means. `over` is what it is handed: an open TCP connection, one that has been through TLS, or
 * nothing but the session when it opens its own sockets.
 * @throws ProbeError the first step that failed, and how
 */
export type Probe =
  | {
      readonly over: 'tcp' | 'tls';
      /** Offered in the TLS handshake (RFC 7301); a server may refuse a handshake that offers only others. */
      readonly alpn?: readonly string[];
      readonly converse: (session: Session, socket: Socket) => Promise<void>;
    }
  | { readonly over: 'nothing'; readonly converse: (session: Session) => Promise<void> };

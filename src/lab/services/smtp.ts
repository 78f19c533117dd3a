import type { Server } from 'node:net';
import type { Authority } from '../authority.ts';
import { HOSTS } from '../hosts.ts';

/** The mail relays as one server with a certificate for them all; it offers STARTTLS and takes no login. */
export async function smtpRelay(authority: Authority): Promise<Server> {
  // Loaded only by a lab with a relay: the mail library is large.
  const { SMTPServer } = await import('smtp-server');
  const [first, ...others] = HOSTS.filter(({ service }) => service === 'smtp').map(({ name }) => name);
  if (first === undefined) throw new Error('the lab has no mail relay');
  const relay = new SMTPServer({
    ...(await authority.issue([first, ...others])),
    name: first,
    banner: 'apim-probe lab relay',
    disabledCommands: ['AUTH'],
    // A reverse look-up would use this machine's own resolver.
    disableReverseLookup: true,
    logger: false,
  });
  // Errors of a client that closes the connection are ignored.
  relay.on('error', () => undefined);
  return relay.server;
}

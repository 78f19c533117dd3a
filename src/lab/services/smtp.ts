import type { Server } from 'node:net';
import type { Authority } from '../authority.ts';
import { HOSTS } from '../hosts.ts';

/** The mail relays as one server with a certificate for them all; it offers STARTTLS and takes no login. */
export async function smtpRelay(authority: Authority): Promise<Server> {
  // Loaded with the first lab that has a relay: it brings a whole mail library along.
  const { SMTPServer } = await import('smtp-server');
  const [first, ...others] = HOSTS.filter(({ service }) => service === 'smtp').map(({ name }) => name);
  if (first === undefined) throw new Error('the lab has no mail relay');
  const relay = new SMTPServer({
    ...(await authority.issue([first, ...others])),
    name: first,
    banner: 'apim-probe lab relay',
    disabledCommands: ['AUTH'],
    // It would ask this machine's own resolver for the client's name.
    disableReverseLookup: true,
    logger: false,
  });
  // What a client that hangs up leaves behind concerns nobody.
  relay.on('error', () => undefined);
  return relay.server;
}

import type { Socket } from 'node:net';
import rhea from 'rhea';

/** In the order in which Service Bus lists them. */
const MECHANISMS = ['MSSBCBS', 'PLAIN', 'ANONYMOUS', 'EXTERNAL'] as const;

/** The AMQP endpoint of an Event Hubs namespace, up to the login: the lab has no accounts. */
export function amqpService(): (socket: Socket) => void {
  const container = rhea.create_container({ id: 'apim-probe-lab', require_sasl: true });
  for (const mechanism of MECHANISMS) {
    container.sasl_server_mechanisms[mechanism] = () => ({ start: refuse });
  }
  // Without a listener the library prints a client's error on the console, or throws.
  for (const event of ['protocol_error', 'connection_error', 'disconnected', 'error']) {
    container.on(event, () => undefined);
  }
  return (socket) => void container.create_connection()['accept'](socket);
}

/** The library's mechanism reports wrong credentials this way. */
function refuse(this: { outcome?: boolean }): void {
  this.outcome = false;
}

/**
 * A program: the services that speak no HTTP, as the lab has them, each on a socket of its own in the folder that
 * is its argument. nginx stands in front with the addresses, and with TLS where it comes first.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { amqpService } from '../../src/lab/services/amqp.ts';
import { kms } from '../../src/lab/services/kms.ts';
import { smb } from '../../src/lab/services/smb.ts';
import type { Speaker } from './services.ts';

const SPEAKERS: Readonly<Record<Speaker, (socket: Socket) => void>> = { amqp: amqpService(), kms, smb };

const [folder = '.'] = process.argv.slice(2);
for (const [name, speak] of Object.entries(SPEAKERS)) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    speak(socket);
  });
  await once(server.listen(join(folder, name)), 'listening');
}
process.stdout.write('all listen\n');

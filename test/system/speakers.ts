/**
 * A program: the lab's services without HTTP, each on a socket of its own in the folder that
 * is its first argument. nginx stands in front with the addresses, and with TLS where it comes first; for SQL and
 * mail, where it does not, the chain and the key are the other two.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { amqpService } from '../../src/lab/services/amqp.ts';
import { kms } from '../../src/lab/services/kms.ts';
import { smb } from '../../src/lab/services/smb.ts';
import { sqlServer } from '../../src/lab/services/sql.ts';
import type { Speaker } from './services.ts';

const [folder = '.', chain = '', key = ''] = process.argv.slice(2);
const identity = { cert: readFileSync(chain), key: readFileSync(key) };
const sql = sqlServer(identity);
const relay = new SMTPServer({
  ...identity,
  disabledCommands: ['AUTH'],
  disableReverseLookup: true,
  logger: false,
});
// Errors of a client that closes the connection.
relay.on('error', () => undefined);

const SPEAKERS: Readonly<Record<Speaker, (socket: Socket) => void>> = {
  amqp: amqpService(),
  kms,
  smb,
  smtp: (socket) => void relay.server.emit('connection', socket),
  sql: (socket) => void sql.emit('connection', socket),
};

for (const [name, speak] of Object.entries(SPEAKERS)) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    speak(socket);
  });
  await once(server.listen(join(folder, name)), 'listening');
}
process.stdout.write('all listen\n');

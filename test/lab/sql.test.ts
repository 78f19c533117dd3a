/** The lab's SQL server against a client that is none of ours. */
import { once } from 'node:events';
import net from 'node:net';
import t from 'tap';
import { Connection } from 'tedious';
import { startLab } from '../../src/lab/index.ts';
import { portFor, rootsOf } from './client-of-the-lab.ts';

const HOST = 'labsql.database.windows.net';
const lab = await startLab('healthy');
t.teardown(() => lab.close());
const port = portFor(lab, HOST, 1433);

/** The answer to a login of Microsoft's driver for Node.js with TLS, and the steps before it. */
async function logIn(serverName: string) {
  const connection = new Connection({
    server: 'localhost',
    authentication: { type: 'default', options: { userName: 'nobody', password: 'none' } },
    options: {
      port,
      encrypt: true,
      serverName,
      trustServerCertificate: false,
      cryptoCredentialsDetails: { ca: rootsOf(lab) },
    },
  });
  const steps: string[] = [];
  connection.on('debug', (text: string) => steps.push(text));
  const connected = once(connection, 'connect');
  connection.connect();
  const [error] = (await connected) as [({ code: string } & Error) | undefined];
  connection.close();
  return { code: error?.code, message: error?.message, steps: steps.join(' ') };
}

t.test('a driver gets as far as its login, which fails', async (t) => {
  t.match(await logIn(HOST), {
    code: 'ELOGIN',
    message: 'Login failed.',
    steps: /TLS negotiated \(ECDHE-ECDSA-AES\d+-GCM-SHA\d+, TLSv1\.2\).* SentLogin7/,
  });
});

t.test('a driver that wants another name does not go on', async (t) => {
  t.match(await logIn('labsql.example.com'), { code: 'ESOCKET', message: /does not match|altnames/ });
});

t.test('a login without PRELOGIN ends the connection', async (t) => {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(Buffer.from('1001000a000001000000', 'hex'));
  await once(socket.resume(), 'close');
  t.equal(socket.bytesRead, 0);
});

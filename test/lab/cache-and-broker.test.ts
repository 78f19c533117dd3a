/** The lab's AMQP and Redis, to clients that are not the agent's. */
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import rhea from 'rhea';
import t from 'tap';
import { startLab } from '../../src/lab/index.ts';
import { portFor, rootsOf } from './client-of-the-lab.ts';

const lab = await startLab('healthy');
t.teardown(() => lab.close());

const EVENTS = 'labevents.servicebus.windows.net';
const CACHE = 'labredis.redis.cache.windows.net';

async function connected(host: string, port: number): Promise<tls.TLSSocket> {
  const socket = tls.connect({
    host: '127.0.0.1',
    port: portFor(lab, host, port),
    servername: host,
    ca: rootsOf(lab),
  });
  await once(socket, 'secureConnect');
  return socket;
}

/** A server's answer to these bytes, up to the expected end or until the server closes. */
async function answer(socket: net.Socket, asked: string, ending: string): Promise<string> {
  let received = '';
  socket.write(asked, 'latin1');
  for await (const chunk of socket.setEncoding('latin1')) {
    received += chunk;
    if (received.endsWith(ending)) break;
  }
  return received;
}

t.test('Event Hubs lists what it lets people log in with, in the order of Azure', async (t) => {
  const plain = net.connect(portFor(lab, EVENTS, 5672), '127.0.0.1');
  for (const socket of [await connected(EVENTS, 5671), plain]) {
    const received = await answer(socket, 'AMQP\x03\x01\x00\x00', 'EXTERNAL');
    t.ok(received.startsWith('AMQP\x03\x01\x00\x00\x00\x00\x00'), 'its header, and a frame');
    t.match(received, /S@.*MSSBCBS.*PLAIN.*ANONYMOUS.*EXTERNAL$/s);
  }
});

t.test('Event Hubs refuses every login', async (t) => {
  const container = rhea.create_container();
  const connection = container.connect({
    transport: 'tls',
    host: '127.0.0.1',
    port: portFor(lab, EVENTS, 5671),
    servername: EVENTS,
    ca: rootsOf(lab),
    username: 'RootManageSharedAccessKey',
    password: 'x',
    reconnect: false,
  });
  // An error event without a listener is thrown, or written to the console.
  for (const event of ['disconnected', 'error']) container.on(event, () => undefined);
  const [{ error }] = await once(container, 'connection_error');
  t.match(error.message, /Failed to authenticate/);
  connection.close();
});

t.test(
  'Event Hubs closes the connection on any other protocol, and prints nothing on the console',
  async (t) => {
    const printed = t.capture(console, 'error');
    const warned = t.capture(console, 'warn');
    const socket = net.connect(portFor(lab, EVENTS, 5672), '127.0.0.1');
    await answer(socket, 'GET / HTTP/1.1\r\n\r\n', 'EXTERNAL');
    t.same([...printed(), ...warned()], []);
  },
);

t.test('the cache requires a password, and accepts none', async (t) => {
  const ask = async (command: string, ending: string) =>
    answer(await connected(CACHE, 6380), command, ending);
  t.equal(await ask('*1\r\n$4\r\nPING\r\n', '.\r\n'), '-NOAUTH Authentication required.\r\n');
  t.match(await ask('*2\r\n$4\r\nAUTH\r\n$1\r\nx\r\n', '.\r\n'), /^-WRONGPASS /);
  t.match(await ask('*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n', 'never'), /^-NOAUTH .*\r\n\+OK\r\n$/);
  t.equal(await ask('x'.repeat(5000), 'never'), '', 'nor does it listen for ever');
});

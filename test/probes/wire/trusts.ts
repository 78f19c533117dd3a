/** Prints whether the runtime and a probe trust the server on a port; run with modified variables. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import { tryOnce } from '../try.ts';

const port = Number(process.argv[2]);
const socket = connect({
  port,
  host: '127.0.0.1',
  rejectUnauthorized: false,
  checkServerIdentity: () => undefined,
});
await once(socket, 'secureConnect');
const theRuntime = socket.authorized;
socket.destroy();
const target = { host: 'known.test' };
const { failure, facts } = await tryOnce('tls', { address: '127.0.0.1', port }, { target });
process.stdout.write(JSON.stringify({ theRuntime, failure, trust: facts.tls?.trust }));

/** A DNS server on 127.0.0.1:53 that has a public address for every name but the agent's random ones. */
import { once } from 'node:events';
import { createUDPServer, Packet } from 'dns2';

const NAME_ERROR = 3;

const server = createUDPServer((request, send) => {
  const response = Packet.createResponseFromRequest(request);
  for (const { name = '', type } of request.questions) {
    if (/^x[0-9a-f]{16}\./.test(name)) response.header.rcode = NAME_ERROR;
    else if (type === Packet.TYPE.A) {
      response.answers.push(
        new Packet.Resource({ name, type, class: Packet.CLASS.IN, ttl: 60, address: '20.60.0.1' }),
      );
    }
  }
  send(response);
});
server.bind(53, '127.0.0.1');
await once(server, 'listening');
process.stdout.write('ready\n');

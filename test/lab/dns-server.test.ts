import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import net from 'node:net';
import t from 'tap';
import { openNameServer } from '../../src/lab/dns-server.ts';
import { startLab } from '../../src/lab/index.ts';
import { zoneData } from '../../src/lab/zones.ts';
import { type Lab, portFor } from './client-of-the-lab.ts';

function resolverOf(lab: Lab): Resolver {
  const resolver = new Resolver({ timeout: 5000, tries: 1 });
  resolver.setServers([`127.0.0.1:${portFor(lab, '168.63.129.16', 53)}`]);
  return resolver;
}

t.test('the healthy zone', async (t) => {
  const lab = await startLab('healthy');
  t.teardown(() => lab.close());
  const dns = resolverOf(lab);

  t.same(await dns.resolve4('labstorage.blob.core.windows.net'), ['20.60.27.132']);
  t.same(await dns.resolve4('LabSQL.Database.Windows.NET'), ['13.69.105.208'], 'case does not matter');
  t.same(await dns.resolve4('azkms.core.windows.net'), ['20.118.99.224', '40.83.235.53']);
  t.same(await dns.resolve4('labapim.azure-api.net'), ['10.1.0.5']);
  await t.rejects(dns.resolve6('labapim.azure-api.net'), { code: 'ENODATA' });
  await t.rejects(dns.resolve4('core.windows.net'), { code: 'ENODATA' }, 'names above others exist');
  for (const unknown of [
    'x4f1q.blob.core.windows.net',
    'x4f1q.vault.azure.net',
    'x4f1q.azure-api.net',
    'x4f1q.test',
  ])
    await t.rejects(dns.resolve4(unknown), { code: 'ENOTFOUND' }, unknown);
});

t.test('start of authority', async (t) => {
  const lab = await startLab('dns-private-zone');
  t.teardown(() => lab.close());
  const dns = resolverOf(lab);
  const shared = await dns.resolveSoa('blob.core.windows.net');
  t.match(shared.nsname, /azure-dns\.com$/);
  const linked = await dns.resolveSoa('privatelink.blob.core.windows.net');
  t.equal(linked.nsname, 'azureprivatedns.net');
  await t.rejects(dns.resolve4('labstorage.blob.core.windows.net'), { code: 'ENOTFOUND' });
  t.same(await dns.resolve4('labvault.vault.azure.net'), ['20.61.103.225']);
});

/** RFC 1035, 4.1: header, one question, and with `edns` an OPT record (RFC 6891, 6.1.2). */
function query(name: string, type: number, edns = false): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  const header = [0xbe, 0xef, 1, 0, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0];
  const opt = edns ? [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0] : [];
  return Buffer.from([...header, ...labels, 0, 0, type, 0, 1, ...opt]);
}

async function overUdp(port: number, message: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4');
  socket.send(message, port, '127.0.0.1');
  try {
    const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(10_000) })) as [Buffer];
    return reply;
  } finally {
    socket.close();
  }
}

async function overTcp(port: number, message: Buffer): Promise<Buffer> {
  const socket = net.connect(port, '127.0.0.1');
  socket.end(Buffer.concat([Buffer.from([0, message.length]), message]));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).subarray(2);
}

t.test('on the wire', async (t) => {
  const lab = await startLab('dns-private-zone');
  t.teardown(() => lab.close());
  const port = portFor(lab, '168.63.129.16', 53);

  t.test('UDP and TCP answer the same', async (t) => {
    for (const edns of [false, true]) {
      const message = query('labsql.database.windows.net', 1, edns);
      t.same(await overTcp(port, message), await overUdp(port, message));
    }
  });

  t.test('a negative answer holds the alias, the code and the zone’s authority', async (t) => {
    const reply = await overUdp(port, query('labstorage.blob.core.windows.net', 1));
    t.equal(reply.readUInt16BE(0), 0xbeef, 'id');
    t.equal(reply.readUInt16BE(2) & 0x8000, 0x8000, 'a reply');
    t.equal(reply.readUInt16BE(2) & 0x000f, 3, 'NXDOMAIN');
    t.equal(reply.readUInt16BE(6), 1, 'one answer: the alias');
    t.equal(reply.readUInt16BE(8), 1, 'one authority');
    t.match(reply.toString('latin1'), /privatelink.*azureprivatedns/s);
  });

  t.test('EDNS is answered in kind, and only when asked', async (t) => {
    t.equal((await overUdp(port, query('labvault.vault.azure.net', 1, true))).readUInt16BE(10), 1);
    t.equal((await overUdp(port, query('labvault.vault.azure.net', 1))).readUInt16BE(10), 0);
  });

  t.test('junk does not end it', async (t) => {
    const socket = createSocket('udp4');
    for (const junk of ['', '\0', 'x'.repeat(11)]) socket.send(junk, port, '127.0.0.1');
    net
      .connect(port, '127.0.0.1')
      .end('\xff\xffjunk')
      .on('error', () => undefined);
    const reply = await overUdp(port, query('labvault.vault.azure.net', 1));
    t.equal(reply.readUInt16BE(2) & 0x000f, 0);
    socket.close();
  });
});

t.test('other opcodes are not implemented, a query without a question is malformed', async (t) => {
  const server = await openNameServer(zoneData([], []));
  t.teardown(() => server.close());
  const notify = query('x.test', 6);
  notify[2] = 0x20;
  t.equal((await overUdp(server.port, notify)).readUInt16BE(2) & 0x000f, 4);
  const nothing = Buffer.from([0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  t.equal((await overUdp(server.port, nothing)).readUInt16BE(2) & 0x000f, 1);
});

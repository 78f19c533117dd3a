import net from 'node:net';
import t from 'tap';
import { startLab } from '../../src/lab/index.ts';
import { connecting, get, portFor, shownTo, text } from './client-of-the-lab.ts';

t.test('a transparent proxy', async (t) => {
  const lab = await startLab('transparent-proxy');
  t.teardown(() => lab.close());

  t.test('connects to every address, also to one without a host', async (t) => {
    t.equal(await connecting(portFor(lab, '192.0.2.1', 443), 5000), 'connected');
    t.equal(await connecting(portFor(lab, 'anywhere.example', 9999), 5000), 'connected');
  });

  t.test('passes on the names that it has rules for', async (t) => {
    const blob = await get(lab, 'https://labstorage.blob.core.windows.net/');
    t.equal(blob.headers['x-ms-error-code'], 'InvalidQueryParameterValue');
  });

  t.test('ends TLS for the others before a certificate is seen', async (t) => {
    t.equal(await shownTo(lab, 'labvault.vault.azure.net'), 'ECONNRESET');
    t.equal(await shownTo(lab, 'nobody.example'), 'ECONNRESET');
  });

  t.test('refuses plain HTTP with a page', async (t) => {
    const socket = net.connect(portFor(lab, 'example.com', 80), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: exam');
    socket.write('ple.com\r\n\r\n');
    t.match(await text(socket), /^HTTP\/1\.1 470 .*Action: Deny\. Reason: No rule matched/s);
  });

  t.test('passes on plain HTTP that it has a rule for', async (t) => {
    const socket = net.connect(portFor(lab, 'ocsp.digicert.com', 80), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: ocsp.digicert.com\r\nConnection: close\r\n\r\n');
    t.match(await text(socket), /^HTTP\/1\.1 200 OK.*application\/ocsp-response/s);
  });

  t.test('lets the gateway inside the network alone', async (t) => {
    t.equal((await get(lab, 'https://labapim.azure-api.net/status-0123456789abcdef')).status, 200);
  });

  t.test('hangs up on what is not TLS', async (t) => {
    const socket = net.connect(portFor(lab, '192.0.2.1', 443), '127.0.0.1');
    socket.write('SSH-2.0-x\r\n');
    t.equal(await text(socket), '');
  });
});

t.test('an inspecting gateway shows certificates of its own for the right names', async (t) => {
  const host = 'labstorage.blob.core.windows.net';
  const lab = await startLab('tls-inspection');
  t.teardown(() => lab.close());
  t.equal(await shownTo(lab, host), 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY');
  const gateway = await shownTo(lab, 'labapim.azure-api.net');
  t.match(gateway, { issuer: { O: 'Microsoft Corporation' } }, 'but for the gateway inside the network');

  const trusting = await startLab('tls-inspection-trusted');
  t.teardown(() => trusting.close());
  t.match(await shownTo(trusting, host), {
    subjectaltname: 'DNS:*.blob.core.windows.net',
    issuer: { O: 'Contoso Security Gateway' },
  });
});

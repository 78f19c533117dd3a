/** Credentials must reach only the host that they are for. */
import { randomUUIDv7 } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { PROGRAM, start } from '../cli/program.ts';
import { certificates } from '../delivery/upload/certificates.ts';
import { answer, openService } from '../delivery/upload/service.ts';
import { writtenReport } from '../report/samples.ts';

const CANARY = 'canary7f3a91';

t.test('a host that only resembles Azure Storage gets no token, and no token is requested', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'apim-probe-credentials-'));
  t.teardown(() => rmSync(cwd, { recursive: true, force: true }));
  const hosts = [
    'acct.blob.contoso.example',
    'acct.blob.core.windows.net.evil.example',
    'acct.blob.core.windows.co',
    'acct.evil.blob.core.windows.net',
  ];
  const { tls, files } = await certificates(t, hosts);
  const storage = await openService(t, answer(201), tls);
  const token = { access_token: CANARY, expires_on: String(Math.floor(Date.now() / 1000) + 86_400) };
  const metadata = await openService(t, answer(200, {}, JSON.stringify(token)));
  writeFileSync(join(cwd, 'r.json'), JSON.stringify(writtenReport({ id: randomUUIDv7() })));
  for (const host of [...hosts, 'acct.blob.core.windows.net:8443']) {
    for (const argv of [
      ['upload', 'r.json'],
      ['run', '--output', join(cwd, 'out.json')],
    ]) {
      const { code, err } = await start(PROGRAM, argv, {
        cwd,
        env: {
          PATH: process.env['PATH'],
          APIM_PROBE_UPLOAD: `https://${host}/c`,
          APIM_PROBE_CA_FILE: files.root,
          APIM_PROBE_SPOOL: join(cwd, 'spool'),
          APIM_PROBE_DNS_SERVER: '127.0.0.1:9',
          APIM_PROBE_CONNECT_TO: `169.254.169.254:80:127.0.0.1:${metadata.port},::127.0.0.1:${storage.port}`,
        },
      });
      t.equal(code, 2, `${argv[0]} ${host}`);
      t.match(err, /use a SAS/);
      t.match(err, /No endpoint was contacted/);
    }
  }
  t.equal(storage.connections(), 0);
  t.equal(metadata.requests.length, 0);
});

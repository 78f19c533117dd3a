/** Uploads to Blob Storage by the program in a process of its own, in each form that it is built into. */
import { randomUUIDv7 } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { certificates } from '../delivery/upload/certificates.ts';
import { answer, blobStore, contentOf, openService } from '../delivery/upload/service.ts';
import { writtenReport } from '../report/samples.ts';
import { PROGRAM, start } from './program.ts';

const CANARY = 'canary7f3a91';
const HOST = 'contosostore.blob.core.windows.net';

t.test('by a signature and by the identity, and no output has the secret', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-blob-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const { tls, files } = await certificates(t, [HOST]);
  const { blobs, handle } = blobStore();
  const storage = await openService(t, handle, tls);
  const token = { access_token: CANARY, expires_on: String(Math.floor(Date.now() / 1000) + 86_400) };
  const metadata = await openService(t, answer(200, {}, JSON.stringify(token)));
  const common = {
    PATH: process.env['PATH'],
    HOME: folder,
    // Without a scheme, as curl accepts it.
    HTTPS_PROXY: '127.0.0.1:1',
    NO_PROXY: HOST,
    APIM_PROBE_CA_FILE: files.root,
    APIM_PROBE_SPOOL: join(folder, 'spool'),
    APIM_PROBE_CONNECT_TO: `${HOST}:443:127.0.0.1:${storage.port},169.254.169.254:80:127.0.0.1:${metadata.port}`,
  };
  for (const [way, query] of [
    ['sas', `?sv=2022-11-02&sr=c&sp=cw&sig=${CANARY}`],
    ['identity', ''],
  ] as const) {
    const sample = JSON.stringify(
      writtenReport({ startedAt: '2026-05-04T08:30:00.123Z', id: randomUUIDv7() }),
    );
    writeFileSync(join(folder, `${way}.json`), sample);
    const env = { ...common, APIM_PROBE_UPLOAD: `https://${HOST}/reports/${way}${query}` };
    const { code, out, err } = await start(PROGRAM, ['upload', `${way}.json`], { cwd: folder, env });
    t.equal(code, 0, `${way}: ${err.slice(-400)}`);
    t.match(err, new RegExp(`1 report to https://${HOST}/reports/${way}`));
    t.notMatch(`${out}${err}`, CANARY);
    const [name = '', blob] = [...blobs].at(-1) ?? [];
    t.match(name, new RegExp(`^/reports/${way}/apim-probe-report-20260504T083000Z-.*\\.json\\.gz$`));
    t.equal(JSON.parse(contentOf(blob ?? { body: Buffer.alloc(0) })).verdict, 'ready');
    t.match(blob?.headers, {
      'x-ms-version': '2021-12-02',
      'x-ms-blob-type': 'BlockBlob',
      'x-ms-blob-content-encoding': 'gzip',
      'x-ms-meta-sha256': /^[0-9a-f]{64}$/,
      'if-none-match': '*',
      authorization: way === 'sas' ? undefined : `Bearer ${CANARY}`,
    });
  }
  t.equal(metadata.requests.length, 1);
});

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { startAzurite } from './azurite.ts';
import { fill, openTrialSpool, pass, sha256 } from './trial.ts';

/** Some clients unpack what the encoding names, and some do not. */
function unpacked(bytes: Buffer): string {
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8');
}

t.test('Azurite, by shared access signatures', async (t) => {
  const azurite = await startAzurite(t);
  const container = azurite.client.getContainerClient('reports');
  await container.create();
  const to = (permissions: string, times = {}, name = 'reports'): string =>
    `${azurite.url}/${name}/vm1?${azurite.sas({ container: name, permissions, ...times })}`;

  await t.test('what was uploaded is what Microsoft’s own client reads', async (t) => {
    const spool = openTrialSpool(t);
    const texts = await fill(spool, 5);
    t.match(await pass(spool, to('cw')), { sent: { length: 5 }, rejected: [], problem: null });
    for (const [name, json] of texts) {
      const blob = container.getBlobClient(`vm1/${name}`);
      const { contentType, contentEncoding, metadata } = await blob.getProperties();
      t.match({ contentType, contentEncoding }, { contentType: 'application/json', contentEncoding: 'gzip' });
      t.equal(metadata?.['sha256'], sha256(json));
      t.equal(unpacked(await blob.downloadToBuffer()), json);
    }
  });

  await t.test('the same report again is confirmed, whether or not one may look', async (t) => {
    const report = { id: '019b76da-a800-7000-8000-000000abcdef', startedAt: '2026-05-04T08:30:00.123Z' };
    for (const permissions of ['cw', 'rcw', 'w']) {
      const spool = openTrialSpool(t);
      await spool.add(report, '{"same":true}');
      t.match(await pass(spool, to(permissions)), { sent: { length: 1 }, problem: null }, permissions);
    }
    const spool = openTrialSpool(t);
    await spool.add(report, '{"same":false}');
    t.match(await pass(spool, to('rcw')), { rejected: [{ reason: /other content/ }] });
  });

  await t.test('an expired signature: rejected with the reason, and a new one sends it', async (t) => {
    const spool = openTrialSpool(t);
    await fill(spool, 3);
    const { sent, rejected, problem } = await pass(spool, to('cw', { from: -2, until: -1 }));
    t.strictSame([sent, rejected.length, problem], [[], 3, null]);
    const [first] = spool.rejected();
    t.match(readFileSync(first?.reasonPath ?? '', 'utf8'), /the SAS expired at .*: make a new one/);
    t.equal(await spool.retryRejected(), 3);
    t.equal((await pass(spool, to('cw'))).sent.length, 3);
  });

  await t.test('no permission, another blob’s signature, a changed one, no container', async (t) => {
    const signed = azurite.sas({ container: 'reports', permissions: 'cw' });
    for (const [url, text] of [
      [to('r'), /SAS does not allow writing.*AuthorizationPermissionMismatch/],
      [to('cw').replace(/sig=[^&]*/, 'sig=AAAA'), /cut off or changed/],
      [to('cw', {}, 'nowhere'), /container does not exist.*404 ContainerNotFound/],
      [`${azurite.url}/other/?${signed}`, /cut off or changed/],
    ] as const) {
      const spool = openTrialSpool(t);
      await fill(spool, 1);
      t.match(await pass(spool, url), { sent: [], rejected: [{ reason: text }], problem: null });
    }
  });
});

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { BadValue } from '../../src/common/bad-value.ts';
import { isLoopback } from '../../src/common/loopback.ts';
import { UsageError } from '../../src/common/usage-error.ts';
import { load, type Sources } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { credentialIn, parseUploadUrl, shownUploadUrl } from '../../src/config/upload-url.ts';
import { readDestination } from '../../src/delivery/upload/destination.ts';

const CANARY = 'canary7f3a91';
const PLAIN = 'https://contosostore.blob.core.windows.net/reports/vm1';
const SIGNED = `${PLAIN}?sv=2022-11-02&sr=c&sp=cw&sig=${CANARY}%3D`;

function setup(t: Test) {
  const cwd = t.testdir({});
  const sources = (given: Partial<Sources>): Sources => ({
    ...{ flags: {}, env: {}, cwd, systemConfig: join(cwd, 'none') },
    ...given,
  });
  return {
    cwd,
    write: (name: string, text: string, mode = 0o600) => {
      mkdirSync(join(cwd, name, '..'), { recursive: true });
      writeFileSync(join(cwd, name), text);
      chmodSync(join(cwd, name), mode);
      return join(cwd, name);
    },
    load: (given: Partial<Sources>) => load(sources(given), readers),
    destination: (given: Partial<Sources>) => readDestination(load(sources(given), readers).options),
  };
}

/** The problem, without secrets. */
function problems(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof BadValue)) throw error;
    const text = error.message;
    if (text.includes(CANARY)) throw new Error(`a secret in: ${text}`);
    return text;
  }
  throw new Error('nothing was thrown');
}

t.test('destinations', (t) => {
  for (const url of [
    ...[PLAIN, SIGNED, 'https://example.com/in?token=x', 'http://127.0.0.1:10000/devstoreaccount1/c'],
    ...['http://[::1]:1/x', 'http://localhost/x', 'https://user:pass@example.com/x'],
  ]) {
    t.equal(parseUploadUrl(url), url);
  }
  for (const [url, message] of [
    ['contosostore', /must be an HTTPS URL/],
    [`ftp://x/${CANARY}`, /must be an HTTPS URL/],
    [`http://example.com/${CANARY}`, /plain HTTP/],
    [`http://127.0.0.1.example.com/${CANARY}`, /plain HTTP/],
    [`https://x/${CANARY} y`, /percent-encoded/],
    [`https://x/#${CANARY}`, /fragment/],
    [`https://x/${CANARY.repeat(400)}`, /at most 4096/],
    ['https://contosostore.blob.core.windows.net', /names no container/],
    [`https://contosostore.z6.blob.storage.azure.net/?sv=1&sig=${CANARY}`, /names no container/],
    [`${PLAIN}?sv=1&sr=b&sig=${CANARY}`, /for one blob \(sr=b\)/],
    [
      `${PLAIN}?sv=2021-12-02`,
      /a part of a shared access signature only \(sv\), which needs both .*in quotes/,
    ],
    [`${PLAIN}?sp=cw&st=2026&sr=c`, /signature only \(sp, st, sr\)/],
  ] as const) {
    t.match(
      problems(() => parseUploadUrl(url)),
      message,
      url.slice(0, 60),
    );
  }
  t.strictSame(['127.0.0.1', 'localhost', '[::1]', '128.0.0.1', 'x'].map(isLoopback), [
    true,
    true,
    true,
    false,
    false,
  ]);
  t.equal(shownUploadUrl(`https://u:${CANARY}@h/p?sig=${CANARY}`), 'https://h/p?…');
  t.strictSame([credentialIn(PLAIN), credentialIn(SIGNED)], [null, 'a credential (sig=…)']);
  t.end();
});

t.test('a flag must not have a secret; other sources may', (t) => {
  const { load, write, destination } = setup(t);
  for (const url of [SIGNED, `https://u:${CANARY}@h/p`, `https://h/p?access_token=${CANARY}`]) {
    t.match(
      problems(() => load({ flags: { upload: [url] } })),
      /process lists.*--upload-file FILE.*APIM_PROBE_UPLOAD.*upload-url/,
    );
    t.equal(load({ env: { APIM_PROBE_UPLOAD: url } }).options.upload, url);
  }
  t.equal(load({ flags: { upload: [PLAIN] } }).options.upload, PLAIN);
  t.match(
    problems(() => load({ flags: { upload: [`${SIGNED} x`] } })),
    /not repeated here/,
  );
  write('none', `upload: "${SIGNED}"\n`);
  t.match(destination({}), {
    destination: { kind: 'blob-sas', path: '/reports/vm1', method: 'PUT' },
    notes: [],
  });
  t.end();
});

t.test('a file holds the URL in one line', (t) => {
  const { cwd, write, destination } = setup(t);
  const from = (text: string, mode = 0o600) =>
    destination({ flags: { uploadFile: [write('url', text, mode)] } });
  t.match(from(`\ufeff${SIGNED}\r\n`), { destination: { kind: 'blob-sas' }, notes: [] });
  write('url', '');
  writeFileSync(join(cwd, 'url'), Buffer.from(`\ufeff${SIGNED}\r\n`, 'utf16le'));
  t.match(
    destination({ flags: { uploadFile: ['url'] } }),
    { destination: { kind: 'blob-sas' } },
    'PowerShell’s >',
  );
  if (process.platform !== 'win32')
    t.match(from(SIGNED, 0o644)?.notes, [/others on this machine can read it: chmod 600/]);
  for (const [text, message] of [
    ['', /is empty/],
    [`${SIGNED}\n${SIGNED}`, /more than one line/],
    [`http://example.com/${CANARY}`, /holds a URL that is plain HTTP/],
    [CANARY.repeat(10_000), /larger than/],
  ] as const) {
    t.match(
      problems(() => from(text)),
      message,
    );
  }
  t.match(
    problems(() => destination({ flags: { uploadFile: ['nowhere'] } })),
    /uploadFile: .*does not exist/,
  );
  t.end();
});

t.test('a systemd credential is used when nothing else is given', (t) => {
  const { cwd, write, load } = setup(t);
  const env = { CREDENTIALS_DIRECTORY: join(cwd, 'credentials') };
  t.equal(load({ env }).options.uploadFile, null, 'no such credential');
  const path = write('credentials/upload-url', SIGNED);
  const { options, origins } = load({ env });
  t.strictSame([options.uploadFile, origins.uploadFile], [path, 'systemd credential upload-url']);
  const given = load({ env, flags: { upload: [PLAIN] } }).options;
  t.strictSame([given.upload, given.uploadFile], [PLAIN, null]);
  t.equal(load({ env, preset: { origin: 'lab', values: {} } }).options.uploadFile, null, 'not for the demo');
  t.end();
});

t.test('of a URL and a file the stronger source counts; in one place they exclude each other', (t) => {
  const { load } = setup(t);
  const { options } = load({ env: { APIM_PROBE_UPLOAD: SIGNED }, flags: { uploadFile: ['/x'] } });
  t.strictSame([options.upload, options.uploadFile], [null, '/x']);
  t.match(
    problems(() => load({ flags: { upload: [PLAIN], uploadFile: ['/x'] } })),
    /both name a destination/,
  );
  t.end();
});

t.test('kinds of destinations, and notes about options without effect', (t) => {
  const { destination, write } = setup(t);
  const id = '00000000-0000-4000-8000-00000000C11E';
  t.match(destination({ flags: { upload: [PLAIN], uploadIdentity: [id] } }), {
    destination: { kind: 'blob-identity', clientId: id.toLowerCase(), query: '' },
    notes: [],
  });
  t.match(destination({ flags: { upload: ['https://example.com/in/'], uploadMethod: ['post'] } }), {
    destination: { kind: 'https', path: '/in', method: 'POST' },
  });
  t.match(destination({ flags: { upload: ['https://example.com/'], uploadIdentity: [id] } })?.notes, [
    /no effect/,
  ]);
  t.match(
    problems(() => destination({ flags: { uploadIdentity: ['my-identity'] } })),
    /az identity show/,
  );
  const header =
    (text: string, upload = 'https://example.com/') =>
    () =>
      destination({ flags: { upload: [upload], uploadHeaderFile: [write('headers', text)] } });
  t.match(header(`X-Key: ${CANARY}`)()?.destination.headers, { 'x-key': CANARY });
  t.match(problems(header(`X-Key ${CANARY}`)), /line 1 is not a header; write NAME: VALUE/);
  t.match(problems(header(`\nX Y: ${CANARY}`)), /line 1 has characters that no header may have/);
  t.match(problems(header(`a: b\nContent-Encoding: ${CANARY}`)), /line 2 sets content-encoding/);
  t.match(problems(header(`X-Key: ${CANARY}`, PLAIN)), /of no use to Blob Storage/);
  t.match(problems(header('\n \n')), /is empty; write NAME: VALUE, or leave it out/);
  const twice = () => {
    const flags = { uploadFile: [write('url', `https://u:${CANARY}@example.com/`)] };
    return destination({ flags: { ...flags, uploadHeaderFile: [write('headers', 'authorization: x')] } });
  };
  t.match(problems(twice), /the URL holds user-info, and uploadHeaderFile an Authorization header/);
  t.equal(destination({}), null);
  t.end();
});

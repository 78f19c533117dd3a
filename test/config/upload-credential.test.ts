import t from 'tap';
import { credentialProblem, type UploadCredential } from '../../src/config/upload-credential.ts';
import { parseUploadUrl } from '../../src/config/upload-url.ts';

const IDENTITY = 'managed-identity';
const GIVEN: readonly UploadCredential[] = ['shared-access-signature', 'user-info', 'headers'];

const AZURE = [
  'https://contosostore.blob.core.windows.net/c',
  'https://CONTOSOSTORE.Blob.Core.Windows.Net/c',
  'https://contosostore.blob.core.windows.net:443/c',
  'https://contosostore-secondary.blob.core.windows.net/c',
  'https://contosostore.privatelink.blob.core.windows.net/c',
  'https://contosostore.blob.core.usgovcloudapi.net/c',
  'https://contosostore.privatelink.blob.core.usgovcloudapi.net/c',
  'https://contosostore.blob.core.chinacloudapi.cn/c',
  'https://contosostore.z12.blob.storage.azure.net/c',
] as const;

const NOT_AZURE = [
  'https://contosostore.blob.core.windows.co/c',
  'https://contosostore.blob.core.windows.net.evil.example/c',
  'https://contosostore.blob.core.windowsXnet/c',
  'https://contosostore.blobXcore.windows.net/c',
  'https://evil.example/contosostore.blob.core.windows.net/c',
  'https://contosostore.blob.core.windows.net@evil.example/c',
  'https://evil.example\\@contosostore.blob.core.windows.net/c',
  'https://evil.example#@contosostore.blob.core.windows.net/c',
  'https://evil.example?.blob.core.windows.net/c',
  'https://contosostore.blob.core.windows.net./c',
  'https://contosostore.blob.contoso.example/c',
  'https://a.blob.core.windows.net/c',
  'https://contoso.store.blob.core.windows.net/c',
  'https://blob.core.windows.net/c',
  'https://contosostore.evil.blob.core.windows.net/c',
  'https://cоntosostore.blob.core.windows.net/c',
  'https://contosostore.blob.core.wındows.net/c',
  'https://contosostore.z1234.blob.storage.azure.net/c',
  'https://contosostore.dfs.core.windows.net/c',
  'https://10.1.2.3/c',
  'https://[fd00::1]/c',
  'https://127.0.0.1/c',
  'https://contosostore.blob.core.windows.net:8443/c',
  'http://contosostore.blob.core.windows.net/c',
  'http://127.0.0.1:10000/c',
  'http://localhost/c',
] as const;

t.test('a managed identity’s token is sent to Azure’s blob endpoints alone', (t) => {
  for (const url of AZURE) t.equal(credentialProblem(new URL(url), IDENTITY), null, url);
  for (const url of NOT_AZURE) t.type(credentialProblem(new URL(url), IDENTITY), 'string', url);
  t.end();
});

t.test('what the user gave with a URL goes to that URL, and never in plain text over a network', (t) => {
  for (const credential of GIVEN) {
    for (const url of [
      'https://contoso.example/p',
      'https://10.1.2.3:8443/p',
      'http://127.0.0.1:1/p',
      'http://[::1]/p',
    ])
      t.equal(credentialProblem(new URL(url), credential), null, `${credential} ${url}`);
    for (const url of [
      'http://contoso.example/p',
      'http://127.0.0.1.evil.example/p',
      'ftp://localhost/p',
      'http://localhost.evil.example/',
    ])
      t.type(credentialProblem(new URL(url), credential), 'string', `${credential} ${url}`);
  }
  t.end();
});

t.test(
  'a destination that looks like Blob Storage and is not Azure’s is refused, unless it has a SAS',
  (t) => {
    const SAS = '?sv=2022-11-02&sig=x&sr=c';
    for (const host of [
      'contosostore.blob.contoso.example',
      'contosostore.blob.core.windows.net.evil.example',
    ]) {
      t.throws(() => parseUploadUrl(`https://${host}/c`), /is not a blob endpoint of Azure.*use a SAS/);
      t.equal(parseUploadUrl(`https://${host}/c${SAS}`), `https://${host}/c${SAS}`);
    }
    t.throws(() => parseUploadUrl('https://contosostore.blob.core.windows.net:8443/c'), /port 443/);
    t.equal(parseUploadUrl('https://reports.contoso.example/c'), 'https://reports.contoso.example/c');
    t.end();
  },
);

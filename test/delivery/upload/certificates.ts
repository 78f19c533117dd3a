/** A root of our own and a server's certificate from it, as values and as files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { authority, identity, server } from '../../servers/certificates.ts';

export interface Certificates {
  readonly tls: { readonly cert: string; readonly key: string };
  /** Paths of PEM files. */
  readonly files: { readonly root: string; readonly cert: string; readonly key: string };
}

export async function certificates(t: Test, names: readonly string[]): Promise<Certificates> {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-tls-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const root = await authority('CN=Upload Test Root');
  const tls = identity(await server(root, names));
  const files = {
    root: join(folder, 'root.pem'),
    cert: join(folder, 'cert.pem'),
    key: join(folder, 'key.pem'),
  };
  writeFileSync(files.root, root.pem);
  writeFileSync(files.cert, tls.cert);
  writeFileSync(files.key, tls.key);
  return { tls, files };
}

/** The sources of the upload destination. A flag must not have a URL with a credential. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Layer } from './layers.ts';
import type { Options } from './types.ts';
import { credentialIn } from './upload-url.ts';

/** The systemd credential (LoadCredential=upload-url:…), used when no other source names a destination. */
const CREDENTIAL = 'upload-url';

/** The layer with the lowest precedence: the credential of the service manager. */
export function credentialLayer(env: NodeJS.ProcessEnv, cwd: string): Layer {
  const folder = env['CREDENTIALS_DIRECTORY'] ?? '';
  const path = join(folder, CREDENTIAL);
  if (folder === '' || !existsSync(path)) return new Map();
  const origin = `systemd credential ${CREDENTIAL}`;
  return new Map([['uploadFile', { origin, folder: cwd, values: [{ value: path, origin }] }]]);
}

/**
 * A URL and a file with a URL name the same destination, so the source with the higher precedence wins.
 * @returns the layers without the other one, highest precedence first
 */
export function oneDestination(layers: readonly Layer[], problems: string[]): Layer[] {
  const [url, file] = (['upload', 'uploadFile'] as const).map((key) =>
    layers.findIndex((layer) => layer.has(key)),
  );
  if (url === undefined || file === undefined || url < 0 || file < 0) return [...layers];
  if (url === file) {
    const origins = (['upload', 'uploadFile'] as const).map((key) => layers[url]?.get(key)?.origin);
    problems.push(
      `upload and uploadFile both name a destination (${origins.join('; ')}): remove one of them`,
    );
  }
  const weaker = url < file ? 'uploadFile' : 'upload';
  return layers.map((layer) => new Map([...layer].filter(([key]) => key !== weaker)));
}

/** Process lists show flags to every user of the machine, and shells store them in their history. */
export function checkUploadFlag(
  { upload }: Partial<Options>,
  origins: Readonly<Record<keyof Options, string>>,
  problems: string[],
): void {
  if (upload === undefined || upload === null || !origins.upload.startsWith('flag ')) return;
  const credential = credentialIn(upload);
  if (credential === null) return;
  problems.push(
    `upload: the URL of --upload holds ${credential}, and process lists and shell histories show it; take it for ` +
      'credential. Put the new URL into a file that only its owner reads and give --upload-file FILE, or ' +
      'into the variable APIM_PROBE_UPLOAD, or into the systemd credential upload-url',
  );
}

/** nginx and Azurite as the services behind the catalogue's names. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Certificate } from './certificates.ts';
import type { Machine } from './net.ts';
import type { Background } from './processes.ts';

/** One listener: what is served there and, for TLS, the certificate that it shows. */
export type Site =
  | {
      readonly kind: 'http';
      readonly host: string;
      readonly address: string;
      readonly port: number;
      readonly content: string;
    }
  | {
      readonly kind: 'https';
      readonly host: string;
      readonly address: string;
      readonly port: number;
      readonly content: string;
      readonly certificate: Certificate;
    }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number; readonly behind: string | null }
  | {
      readonly kind: 'tls';
      readonly address: string;
      readonly port: number;
      /** The socket of the service behind it; null for a silent port. */
      readonly behind: string | null;
      readonly certificate: Certificate;
    };

const secured = ({ chain, key }: Certificate): string =>
  `ssl_certificate ${chain}; ssl_certificate_key ${key};`;

const passed = (behind: string | null): string =>
  `proxy_pass ${behind === null ? 'silence' : `unix:${behind}`};`;

function serverBlock(site: Site): string {
  const at = `listen ${site.address}:${site.port}`;
  switch (site.kind) {
    case 'http':
      return `server { ${at}; server_name ${site.host}; ${site.content} }`;
    case 'https':
      return `server { ${at} ssl; server_name ${site.host}; ${secured(site.certificate)} ${site.content} }`;
    case 'tcp':
      return `server { ${at}; ${passed(site.behind)} }`;
    case 'tls':
      return `server { ${at} ssl; ${secured(site.certificate)} ${passed(site.behind)} }`;
  }
}

/** nginx with all of these listeners, ready when each of them listens. */
export async function nginx(machine: Machine, folder: string, sites: readonly Site[]): Promise<Background> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const blocks = (kinds: readonly Site['kind'][]) =>
    sites.filter(({ kind }) => kinds.includes(kind)).map((site) => `  ${serverBlock(site)}`);
  const configuration = [
    'load_module /usr/lib/nginx/modules/ngx_stream_module.so;',
    'user root; worker_processes 1; daemon off; pid nginx.pid; error_log stderr notice;',
    'events { worker_connections 4096; }',
    ...[
      'http {',
      '  error_log stderr crit; access_log off; server_names_hash_bucket_size 256;',
      ...temporary,
      ...blocks(['http', 'https']),
    ],
    // A silent port: an HTTP server that receives no request sends nothing.
    `server { listen unix:${join(folder, 'silence')}; return 444; }`,
    '}',
    ...[
      'stream {',
      'error_log stderr crit;',
      `upstream silence { server unix:${join(folder, 'silence')}; }`,
      ...blocks(['tcp', 'tls']),
      '}',
      '',
    ],
  ];
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configuration.join('\n'));
  const program = machine.serve(['nginx', '-p', folder, '-c', file]);
  // Its workers start when it listens.
  await program.printed('start worker processes');
  return program;
}

/** Azurite under its own TLS with an account of this name; `at` gives each of its services an address. */
export async function azurite(
  machine: Machine,
  folder: string,
  account: string,
  at: Readonly<Record<string, string>>,
  certificate: Promise<Certificate>,
): Promise<Background> {
  const main = fileURLToPath(import.meta.resolve('azurite/dist/src/azurite.js'));
  const services = Object.entries(at).flatMap(([name, address]) => [
    `--${name}Host`,
    address,
    `--${name}Port`,
    '443',
  ]);
  const { chain, key } = await certificate;
  const program = machine.serve(
    [
      ...[process.execPath, main, ...services, '--location', folder],
      ...['--cert', chain, '--key', key],
      ...['--disableTelemetry', '--skipApiVersionCheck'],
    ],
    {
      AZURITE_ACCOUNTS: `${account}:${Buffer.alloc(64).toString('base64')}`,
      // Each scene starts one, and most of that is compiling.
      NODE_COMPILE_CACHE: join(tmpdir(), 'apim-probe-azurite'),
    },
  );
  for (const address of Object.values(at)) await program.printed(`listening at https://${address}:443`);
  return program;
}

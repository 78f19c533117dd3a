/** Devices on the path: real proxies that the router hands connections to without anyone's knowing. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Authority, Certificate } from './certificates.ts';
import { AZURE_DNS } from './names.ts';
import { filter, type Machine } from './net.ts';
import type { Background } from './processes.ts';

const PORT = 8443;

/** What the router hands over: a condition of nftables, such as `tcp dport 443`. */
async function divert(router: Machine, device: Background, condition: string): Promise<AsyncDisposable> {
  await using building = new AsyncDisposableStack();
  building.use(device);
  await device.until(async () => [...(await router.listening())].some((at) => at.endsWith(`:${PORT}`)));
  const rule = `iifname "eth0" ${condition} redirect to :${PORT};`;
  building.use(await filter(router, `chain divert {\ntype nat hook prerouting priority dstnat;\n${rule}\n}`));
  return building.move();
}

/** mitmproxy opening all TLS that meets the condition, with certificates of this authority. */
export async function inspection(
  router: Machine,
  folder: string,
  authority: Authority,
  condition: string,
): Promise<AsyncDisposable> {
  await writeFile(join(folder, 'mitmproxy-ca.pem'), await authority.bundle());
  const device = router.serve([
    ...['mitmdump', '--quiet', '--mode', 'transparent', '--listen-port', `${PORT}`],
    ...['--set', `confdir=${folder}`, '--set', 'ssl_insecure=true'],
  ]);
  return divert(router, device, condition);
}

/** squid with these lines of configuration, in front of what meets the condition. */
async function squid(
  router: Machine,
  folder: string,
  configuration: readonly string[],
  condition: string,
): Promise<AsyncDisposable> {
  const file = join(folder, 'squid.conf');
  const quiet = ['pid_filename none', 'cache deny all', 'access_log none', 'cache_log /dev/null'];
  const common = ['http_port 8080', `dns_nameservers ${AZURE_DNS}`, 'visible_hostname proxy.contoso.example'];
  await writeFile(file, [...configuration, ...common, ...quiet, ''].join('\n'));
  return divert(router, router.serve(['squid', '-N', '-f', file]), condition);
}

/** squid reading server names: connections for `blocked` end after the ClientHello, the others pass untouched. */
export function nameFilter(
  router: Machine,
  folder: string,
  certificate: Certificate,
  blocked: string,
  condition: string,
): Promise<AsyncDisposable> {
  const pair = `tls-cert=${certificate.chain} tls-key=${certificate.key}`;
  const configuration = [
    `https_port ${PORT} intercept ssl-bump ${pair} generate-host-certificates=off`,
    'acl hello at_step SslBump1',
    `acl blocked ssl::server_name ${blocked}`,
    'ssl_bump peek hello',
    'ssl_bump terminate blocked',
    'ssl_bump splice all',
    'http_access allow all',
  ];
  return squid(router, folder, configuration, condition);
}

/** squid answering every plain HTTP request with its page for what is forbidden. */
export function denial(router: Machine, folder: string, condition: string): Promise<AsyncDisposable> {
  return squid(router, folder, [`http_port ${PORT} intercept`, 'http_access deny all'], condition);
}

/**
 * nginx completing every handshake and hanging up: of TCP, as a firewall that answers for everyone, or of TLS
 * when a certificate is given.
 */
export async function acceptor(
  router: Machine,
  folder: string,
  condition: string,
  certificate?: Certificate,
): Promise<AsyncDisposable> {
  const file = join(folder, 'acceptor.conf');
  const tls =
    certificate && ` ssl; ssl_certificate ${certificate.chain}; ssl_certificate_key ${certificate.key}`;
  const configuration = [
    'load_module /usr/lib/nginx/modules/ngx_stream_module.so;',
    'user root; worker_processes 1; daemon off; pid acceptor.pid; error_log stderr crit;',
    'events { }',
    `stream { server { listen ${PORT}${tls ?? ''}; return ""; } }`,
    '',
  ];
  await writeFile(file, configuration.join('\n'));
  return divert(router, router.serve(['nginx', '-p', folder, '-c', file]), condition);
}

/** nginx answering every plain HTTP request with these directives of its configuration, whatever host is asked. */
export async function pages(
  router: Machine,
  folder: string,
  condition: string,
  directives: string,
): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'pages.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const configuration = [
    'user root; worker_processes 1; daemon off; pid pages.pid; error_log stderr crit;',
    'events { }',
    `http { access_log off; ${temporary.join(' ')}`,
    `server { listen ${PORT} default_server; ${directives} } }`,
    '',
  ];
  await writeFile(file, configuration.join('\n'));
  return divert(router, router.serve(['nginx', '-p', folder, '-c', file]), condition);
}

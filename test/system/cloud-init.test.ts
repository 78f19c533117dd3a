/** cloud-init's own word on its file, and the script in it, which fetches the archive and installs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Guest } from './guest.ts';
import { onGuest } from './installation.ts';
import { command } from './processes.ts';
import { withPrograms } from './scene.ts';

const FILE = join(import.meta.dirname, '../../install/cloud-init.yaml');
const SETUP = '/opt/apim-probe/setup.py';

await withPrograms('the schema of cloud-init', ['cloud-init'], async (t) => {
  t.match(await command(['cloud-init', 'schema', '--config-file', FILE]), 'Valid');
  const wrong = t.testdir({
    'wrong.yaml': readFileSync(FILE, 'utf8').replace('runcmd:', 'runcmds: 1\nruncmd: 1\nx:'),
  });
  await t.rejects(
    command(['cloud-init', 'schema', '--config-file', `${wrong}/wrong.yaml`]),
    'which can refuse as well',
  );
});

await withPrograms('the schema of a config file', ['cloud-init'], async (t) => {
  // The validator comes with cloud-init; it is not the one that the agent uses.
  const check = `import json, subprocess, sys, yaml, jsonschema
schema = json.loads(subprocess.run([sys.argv[1], 'schema', '--of', 'config'], check=True, capture_output=True).stdout)
jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(open(sys.argv[2])))`;
  const root = join(import.meta.dirname, '../..');
  const valid = (file: string) =>
    command(['/usr/bin/python3', '-c', check, join(root, 'bin/apim-probe'), file]);
  t.equal(await valid(join(root, 'install/config.yaml')), '');
  const folder = t.testdir({ 'wrong.yaml': 'tier: basic\n' });
  await t.rejects(valid(`${folder}/wrong.yaml`), 'which can refuse as well');
});

interface Written {
  readonly path: string;
  readonly permissions: string;
  readonly content: string;
}

const WRITTEN = (parse(readFileSync(FILE, 'utf8')) as { write_files: readonly Written[] }).write_files;

function contentOf(path: string): string {
  const file = WRITTEN.find((written) => written.path === path);
  if (file === undefined) throw new Error(`cloud-init.yaml writes no ${path}`);
  return file.content;
}

/** Writes what cloud-init would, with this archive. */
async function prepare(guest: Guest, url: string, sha256: string): Promise<void> {
  for (const { path, permissions, content } of WRITTEN) {
    const text = path.endsWith('archive.json') ? JSON.stringify({ url, sha256 }) : content;
    // The test does not wait half a minute between two tries.
    const quick = text.replace('TRIES, PAUSE = 10, 30', 'TRIES, PAUSE = 2, 0');
    await guest.must(`mkdir -p "$(dirname ${path})"; cat >${path} <<'CONTENT'\n${quick}\nCONTENT
      chmod ${permissions} ${path}`);
  }
}

/**
 * Starts the metadata service, storage accounts and other web servers on loopback. Whatever they are asked for is noted
 * in /srv/asked, a request a line: scheme, host, path, and the Authorization that came with it.
 */
async function serve(guest: Guest): Promise<void> {
  await guest.must(`mkdir -p /srv/dist && cd /srv && printf '#!/bin/sh\\necho 0.1.0\\n' >dist/apim-probe-linux-x64
    cp dist/apim-probe-linux-x64 dist/apim-probe-linux-arm64
    (cd dist && sha256sum * >SHA256SUMS)
    tar -czf archive.tar.gz -C dist apim-probe-linux-x64 apim-probe-linux-arm64 SHA256SUMS -C /mnt/install .
    ip address add 169.254.169.254/32 dev lo
    echo '127.0.0.1 ${HOSTS.join(' ')}' >>/etc/hosts
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=test -keyout key.pem \\
      -out certificate.pem -addext subjectAltName=${HOSTS.map((host) => `DNS:${host}`).join(',')} 2>/dev/null
    cat >server.py <<'SERVER'
import http.server, json, ssl, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        authorization = self.headers.get('Authorization')
        with open('/srv/asked', 'a') as asked:
            print(self.server.scheme, self.headers.get('Host'), self.path, authorization, file=asked)
        authorized = authorization == 'Bearer T0KEN' and self.headers.get('x-ms-version')
        self.send_response(*self.status(authorized))
        if '/redirect' in self.path:
            self.send_header('Location', 'https://other.example/archive')
        self.end_headers()
        if self.path.startswith('/metadata/identity'):
            self.wfile.write(json.dumps({'access_token': 'T0KEN'}).encode())
        else:
            self.wfile.write(open('/srv/archive.tar.gz', 'rb').read())
    def status(self, authorized):
        if self.path.startswith('/metadata/identity'):
            return [200 if self.headers.get('Metadata') == 'true' else 400]
        if '/broken' in self.path:
            return [500, self.path]
        if '/redirect' in self.path:
            return [302]
        return [200 if authorized or 'sig=' in self.path or '/archive' in self.path else 403]
    def log_message(self, *args):
        pass
def serve(port, scheme):
    server = http.server.ThreadingHTTPServer(('', port), Handler)
    server.scheme = scheme
    if scheme == 'https':
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain('/srv/certificate.pem', '/srv/key.pem')
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever).start()
serve(80, 'http')
serve(443, 'https')
serve(8443, 'https')
open('/srv/serving', 'w').close()
SERVER
    python3 server.py >/dev/null 2>&1 &
    for i in $(seq 100); do [ -e /srv/serving ] && exit; sleep 0.1; done; exit 1`);
}

const ACCOUNT = 'contoso.blob.core.windows.net';
const HOSTS = [
  ACCOUNT,
  'contoso.z23.blob.storage.azure.net',
  'contoso.privatelink.blob.core.usgovcloudapi.net',
  'contoso.blob.example',
  'other.example',
];
/** A proxy for which nothing is there: what is on this VM's own link must not be asked of it. */
const PYTHON = `SSL_CERT_FILE=/srv/certificate.pem http_proxy=http://127.0.0.1:9 no_proxy=.example,.net python3 ${SETUP}`;

await onGuest('the script in it', 'none', ['cloud-init', 'flock', 'openssl'], async (t, guest) => {
  await serve(guest);
  const sha256 = (await guest.must('sha256sum </srv/archive.tar.gz')).slice(0, 64);
  const run = () => guest.run(PYTHON);

  await prepare(guest, `https://${ACCOUNT}/apim-probe.tar.gz`, '0'.repeat(64));
  const wrong = await run();
  t.equal(wrong.code, 1);
  t.match(wrong.err, `the archive has SHA-256 ${sha256}, not 000`);
  t.equal((await guest.run('ls /usr/local/bin/apim-probe')).out, '', 'nothing of it was installed');

  await prepare(guest, 'https://gone.example/a?sig=TOPSECRET&gone', sha256);
  const gone = await run();
  t.equal(gone.code, 1);
  t.match(gone.out, 'the archive did not come, try 2 of 2');
  t.match(gone.err, `Once the archive can be read: sudo python3 ${SETUP}`);
  t.notMatch(gone.out + gone.err, 'TOPSECRET');

  await prepare(guest, `https://${ACCOUNT}/apim-probe.tar.gz`, sha256.toUpperCase());
  const { code, out, err } = await run();
  t.equal(code, 0, `with the identity's token: ${err}`);
  t.match(out, 'checked: ');
  t.match(out, 'kept: /etc/apim-probe/config.yaml', 'with the options that cloud-init wrote');
  t.equal(
    await guest.must('/usr/local/bin/apim-probe; ls -d /opt/apim-probe 2>&1 || true'),
    "0.1.0\nls: cannot access '/opt/apim-probe': No such file or directory\n",
  );
});

await onGuest('where its token goes', 'none', ['cloud-init', 'flock', 'openssl'], async (t, guest) => {
  await serve(guest);
  const sha256 = (await guest.must('sha256sum </srv/archive.tar.gz')).slice(0, 64);
  /** Has the script fetch this URL; returns how it ended and what was asked of whom. */
  const fetched = async (url: string) => {
    await prepare(guest, url, sha256);
    await guest.must(': >/srv/asked');
    const { code, out, err } = await guest.run(PYTHON);
    const asked = (await guest.must('cat /srv/asked')).trim().split('\n').filter(Boolean);
    return {
      code,
      printed: out + err,
      asked,
      authorized: asked.filter((line) => line.endsWith('Bearer T0KEN')),
    };
  };

  for (const host of HOSTS.slice(0, 3)) {
    const { code, authorized, printed } = await fetched(`https://${host}/x.tar.gz`);
    t.equal(code, 0, printed);
    t.strictSame(authorized, [`https ${host} /x.tar.gz Bearer T0KEN`]);
    t.notMatch(printed, 'without a token');
  }
  for (const url of [
    'https://contoso.blob.example/archive',
    `http://${ACCOUNT}/archive`,
    `https://${ACCOUNT}:8443/archive`,
    'https://other.example/archive',
    `https://${ACCOUNT}/archive?sig=TOPSECRET`,
  ]) {
    const { code, authorized, asked, printed } = await fetched(url);
    t.equal(code, 0, `${url}: ${printed}`);
    t.strictSame(authorized, [], url);
    t.equal(asked.length, 1, 'the metadata service is not even asked for one', { asked });
    t.equal(printed.includes('is asked for without a token'), !url.includes('sig='), url);
  }

  const redirected = await fetched(`https://${ACCOUNT}/redirect`);
  t.equal(redirected.code, 0, 'a redirection is followed, to an archive with the right sum');
  t.match(redirected.asked.at(-1), /^https other\.example \/archive None$/);
  t.strictSame(redirected.authorized, [`https ${ACCOUNT} /redirect Bearer T0KEN`], 'and the token is not');

  for (const url of [
    `https://${ACCOUNT}@other.example/archive?sig=TOPSECRET`,
    `https://user:TOPSECRET@${ACCOUNT}/archive`,
    `https://${ACCOUNT}\\@other.example/archive?sig=TOPSECRET`,
    `https://${ACCOUNT}/archive?sig=TOP SECRET`,
    `https://${ACCOUNT}/archive?sig=TOP\nSECRET`,
    `${ACCOUNT}/archive?sig=TOPSECRET`,
    'file:///srv/archive.tar.gz?sig=TOPSECRET',
    'https://cöntoso.blob.core.windows.net/archive?sig=TOPSECRET',
  ]) {
    const { code, asked, printed } = await fetched(url);
    t.equal(code, 1, url);
    t.strictSame(asked, [], 'no server is asked');
    t.match(printed, 'the url has to be http(s)://HOST/PATH', url);
    t.notMatch(printed, /SECRET|contoso/, 'and the URL is not printed');
  }
  const broken = await fetched('https://other.example/broken?sig=TOPSECRET');
  t.equal(broken.code, 1);
  t.match(broken.printed, 'HTTP status 500');
  t.notMatch(broken.printed, /SECRET/, 'not even as the server’s text');
});

await withPrograms('which URLs get it', ['cloud-init'], async (t) => {
  const script = contentOf(SETUP).replace(/^main\(\)$/m, '');
  const folder = t.testdir({
    'setup.py': `${script}\nfor url in sys.argv[1:]: print(int(takes_token(url)))\n`,
  });
  const judge = async (urls: readonly string[]) =>
    (await command(['/usr/bin/python3', join(folder, 'setup.py'), ...urls])).trim().split('\n');
  const taken = [
    'https://contoso.blob.core.windows.net/c/a.tar.gz',
    'https://contoso.blob.core.windows.net:443/c/a.tar.gz',
    'HTTPS://CONTOSO.BLOB.CORE.WINDOWS.NET/c',
    'https://contoso-secondary.blob.core.windows.net/c',
    'https://c0n.blob.core.usgovcloudapi.net/c',
    'https://contoso.blob.core.chinacloudapi.cn/c',
    'https://contoso.privatelink.blob.core.windows.net/c',
    'https://contoso.z1.blob.storage.azure.net/c',
    'https://contoso.z50.blob.storage.azure.net/c',
  ];
  t.strictSame(
    await judge(taken),
    taken.map(() => '1'),
  );
  const refused = [
    'http://contoso.blob.core.windows.net/c',
    'https://contoso.blob.core.windows.net:8443/c',
    'https://contoso.blob.core.windows.net:443@evil.example/c',
    'https://contoso.blob.core.windows.net./c',
    'https://contoso.blob.core.windows.net.evil.example/c',
    'https://contoso.blob.core.windows.co/c',
    'https://contoso.blob.anything/c',
    'https://evil.example/contoso.blob.core.windows.net/c',
    'https://evil.example#contoso.blob.core.windows.net/c',
    'https://evil.example?contoso.blob.core.windows.net/c',
    'https://contoso.blob.core.windows.net@evil.example/c',
    'https://contoso.blob.core.windows.net\\@evil.example/c',
    'https://evil.example\\.blob.core.windows.net/c',
    'https://evilblob.core.windows.net/c',
    'https://contoso.evil.blob.core.windows.net/c',
    'https://contosoxblob.core.windows.net/c',
    'https://contoso.blob.core.windowſ.net/c',
    'https://contoso。blob.core.windows.net/c',
    'https://ab.blob.core.windows.net/c',
    'https://contoso.z123.blob.storage.azure.net/c',
    'https://contoso.blob.storage.azure.net/c',
    'https://contoso.file.core.windows.net/c',
    'https://169.254.169.254/contoso.blob.core.windows.net',
    'https://contoso.blob.core.windows.net/c\nHost: evil',
    'https://contoso.blob.core.windows.net/c\n',
    'https://contoso.blob.core.windows.net/c?sp=r&sig=x',
    'https://contoso.blob.core.windows.net/c?sig=x',
  ];
  t.strictSame(
    await judge(refused),
    refused.map(() => '0'),
  );
});

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
    'which says no as well',
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
  await t.rejects(valid(`${folder}/wrong.yaml`), 'which says no as well');
});

/** Writes what cloud-init would, with this archive; makes the archive, and a server for it on loopback. */
async function prepare(guest: Guest, url: string, sha256: string): Promise<void> {
  const { write_files: files } = parse(readFileSync(FILE, 'utf8')) as {
    write_files: { path: string; permissions: string; content: string }[];
  };
  for (const { path, permissions, content } of files) {
    const text = path.endsWith('archive.json') ? JSON.stringify({ url, sha256 }) : content;
    // Nobody here waits half a minute between two tries.
    const quick = text.replace('TRIES, PAUSE = 10, 30', 'TRIES, PAUSE = 2, 0');
    await guest.must(`mkdir -p "$(dirname ${path})"; cat >${path} <<'CONTENT'\n${quick}\nCONTENT
      chmod ${permissions} ${path}`);
  }
}

await onGuest('the script in it', 'none', ['cloud-init', 'flock'], async (t, guest) => {
  await guest.must(`mkdir -p /srv/dist && cd /srv && printf '#!/bin/sh\\necho 0.1.0\\n' >dist/apim-probe-linux-x64
    cp dist/apim-probe-linux-x64 dist/apim-probe-linux-arm64
    (cd dist && sha256sum * >SHA256SUMS)
    tar -czf archive.tar.gz -C dist apim-probe-linux-x64 apim-probe-linux-arm64 SHA256SUMS -C /mnt/install .
    # The metadata service and the storage account, both on loopback; each keeps the headers that it was sent.
    ip address add 169.254.169.254/32 dev lo
    echo '127.0.0.1 contoso.blob.example' >>/etc/hosts
    cat >server.py <<'SERVER'
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        told = self.headers.get('Authorization') == 'Bearer secret' and self.headers.get('x-ms-version')
        if self.path.startswith('/metadata/identity'):
            body = json.dumps({'access_token': 'secret'}).encode()
            status = 200 if self.headers.get('Metadata') == 'true' else 400
        else:
            body, status = open('/srv/archive.tar.gz', 'rb').read(), 200 if told or 'sig=' in self.path else 403
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(('', 80), Handler).serve_forever()
SERVER
    python3 server.py >/dev/null 2>&1 &
    until curl -so /dev/null http://127.0.0.1/ || python3 -c 'import socket; socket.create_connection(("127.0.0.1", 80))'; do sleep 0.1; done`);
  const sha256 = (await guest.must('sha256sum </srv/archive.tar.gz')).slice(0, 64);
  const run = () => guest.run(`http_proxy=http://127.0.0.1:9 no_proxy=.example python3 ${SETUP}`);

  await prepare(guest, 'http://contoso.blob.example/apim-probe.tar.gz', '0'.repeat(64));
  const wrong = await run();
  t.equal(wrong.code, 1);
  t.match(wrong.err, `the archive has SHA-256 ${sha256}, not 000`);
  t.equal((await guest.run('ls /usr/local/bin/apim-probe')).out, '', 'nothing of it was installed');

  await prepare(guest, 'http://contoso.blob.example/a?sig=TOPSECRET&gone', sha256);
  await guest.must('sed -i s/contoso.blob.example/gone.example/ /etc/hosts');
  const gone = await run();
  t.equal(gone.code, 1);
  t.match(gone.out, 'the archive did not come, try 2 of 2');
  t.match(gone.err, `Once the archive can be read: sudo python3 ${SETUP}`);
  t.notMatch(gone.out + gone.err, 'TOPSECRET');
  await guest.must('sed -i s/gone.example/contoso.blob.example/ /etc/hosts');

  await prepare(guest, 'http://contoso.blob.example/apim-probe.tar.gz', sha256.toUpperCase());
  const { code, out, err } = await run();
  t.equal(code, 0, `with the identity's token: ${err}`);
  t.match(out, 'checked: ');
  t.match(out, 'kept: /etc/apim-probe/config.yaml', 'with the options that cloud-init wrote');
  t.equal(
    await guest.must('/usr/local/bin/apim-probe; ls -d /opt/apim-probe 2>&1 || true'),
    "0.1.0\nls: cannot access '/opt/apim-probe': No such file or directory\n",
  );
});

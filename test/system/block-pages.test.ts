import { join } from 'node:path';
import { findingsOf, targetsOf } from './judge.ts';
import { denial, pages } from './middleboxes.ts';
import { QUICK, scene } from './scene.ts';

const AZURE = 'ip daddr 20.33.0.0/16';
/** A page that repeats the request, as most do, and names no product. */
const PAGE =
  '<html><head><title>Access restricted</title></head><body>http://$host$request_uri was refused by rule 7 for ' +
  '$remote_addr at $time_iso8601, incident $request_id. Ask the network team of Contoso.</body></html>';

const KINDS = [
  ['a page of no known product', `default_type text/html; return 403 '${PAGE}';`, 403, /Access restricted/],
  [
    'the same page in the place of every file',
    `default_type text/html; return 200 '${PAGE}';`,
    200,
    /begins “http:.* was refused by rule 7/,
  ],
  [
    'a redirect to a private address',
    'return 307 http://10.0.0.1/denied?url=$host;',
    307,
    /http:\/\/10\.0\.0\.1\/denied/,
  ],
  [
    'a redirect to a login host',
    'return 302 https://login.contoso.example/portal;',
    302,
    /login\.contoso\.example/,
  ],
] as const;

await scene('a device that answers', ['squid'], async (t, subnet) => {
  await t.test('on port 80', async (t) => {
    for (const [name, reply, status, shown] of KINDS) {
      await t.test(name, async (t) => {
        const device = join(subnet.folder, `device-${status}`);
        await using _ = await pages(subnet.router, device, `${AZURE} tcp dport 80`, reply);
        const outcome = await subnet.vm.probe([...QUICK, '--only', 'certificates']);
        t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
        t.equal(outcome.report.verdict, 'blocked', 'verdict');
        const asked = targetsOf(outcome, 'certificates').filter(({ protocol, status }) => {
          return protocol === 'http' && status !== 'untested';
        });
        t.ok(asked.length > 5, 'certificate hosts are asked over plain HTTP', { asked: asked.length });
        for (const target of asked) {
          t.match(target, { status: 'unreachable', failure: 'http_blocked', cause: 'block-page' }, target.id);
          t.equal(target.attempts[0]?.facts.http?.status, status);
        }
        const [finding, ...others] = findingsOf(outcome, 'block-page');
        t.match(finding?.explanation, shown, 'it is quoted');
        t.match(finding?.title, /^A firewall or proxy answered/);
        t.strictSame(others, [], 'once');
      });
    }
  });

  await t.test('with HTTP on port 443', async (t) => {
    const condition = `${AZURE} tcp dport 443`;
    for (const [name, open, title] of [
      ['squid', () => denial(subnet.router, join(subnet.folder, 'device'), condition), /^Squid answered/],
      [
        'nginx',
        () => pages(subnet.router, join(subnet.folder, 'nginx'), condition, 'return 403;'),
        /^A firewall or proxy answered/,
      ],
    ] as const) {
      await t.test(name, async (t) => {
        await using _ = await open();
        const outcome = await subnet.vm.probe(QUICK);
        t.equal(outcome.report.verdict, 'blocked', 'verdict', { stderr: outcome.stderr });
        const asked = outcome.report.targets.filter(({ protocol, port, status }) => {
          return port === 443 && protocol === 'https' && status !== 'untested';
        });
        t.ok(asked.length > 30, 'all of HTTPS meets it', { asked: asked.length });
        for (const target of asked) {
          t.match(target, { status: 'unreachable', cause: 'block-page' }, `${target.id}: ${target.failure}`);
          t.match(target.attempts[0]?.facts.received?.text, /^HTTP\/1\.1 4\d\d /, 'its first line is kept');
        }
        const [finding, ...others] = findingsOf(outcome, 'block-page');
        t.match(finding?.title, title);
        t.match(finding?.explanation, /HTTP status 4\d\d/);
        t.strictSame(others, [], 'once');
      });
    }
  });
});

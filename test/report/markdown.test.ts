/** The ticket, as GitHub's renderer shows it. */
import t from 'tap';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { consume, unlessInstalled } from './consumers.ts';
import { HOSTILE, hostileReport } from './hostile-report.ts';
import { finding, NAMELESS, report, target, withDropped } from './samples.ts';

const skip = unlessInstalled({ '/usr/bin/cmark-gfm': 'cmark-gfm' });

const EXTENSIONS = ['table', 'autolink', 'strikethrough', 'tasklist'];

/** As GitHub has it, but with the HTML of the source: that it would remove some must not be needed. */
function htmlOf(markdown: string): string {
  const { code, out, err } = consume(
    'cmark-gfm',
    ['--unsafe', ...EXTENSIONS.flatMap((name) => ['-e', name])],
    markdown,
  );
  if (code !== 0) throw new Error(err);
  return out;
}

/** The text between the tags of a page, but for code, where no site looks for mentions and links. */
function proseOf(html: string): string {
  return html.replace(/<code[^>]*>.*?<\/code>/gs, '').replace(/<[^>]*>/g, '');
}

function tagsOf(html: string): string[] {
  return [...new Set([...html.matchAll(/<([a-z0-9]+)/g)].map(([, name = '']) => name))].sort();
}

const OWN_TAGS = 'code h2 h3 li ol p pre table tbody td th thead tr ul'.split(' ');

const BLOCKED = report({
  verdict: 'blocked',
  targets: withDropped(['sql']),
  findings: [
    finding(),
    finding({ severity: 'warning', title: 'Chain of *.blob.core.windows.net', evidence: [] }),
  ],
});

t.test('findings come first, then the endpoints', { skip }, async (t) => {
  const html = htmlOf(renderMarkdown(BLOCKED));
  const headings = [...html.matchAll(/<h[23]>(.*?)<\/h[23]>/g)].map(([, text]) => text);
  t.strictSame(headings, [
    'API Management subnet: blocked',
    'Findings',
    'Error: Outbound TCP 1433 to Azure SQL is dropped without a word',
    'Warning: Chain of <code>*.blob.core.windows.net</code>',
    'Endpoints that were not reached',
    'Endpoints by group',
  ]);
  t.match(html, /<p>BLOCKED: .*not every required endpoint was reached/);
  t.match(html, '<li><code>sql/contoso-probe.database.windows.net:1433</code></li>');
  t.match(
    html,
    '<pre><code class="language-sh">apim-probe run --sql contoso-probe --only sql\n</code></pre>',
  );
  t.match(
    html.replaceAll('\n', ''),
    '<td><code>contoso-probe.database.windows.net:1433</code></td><td>yes</td><td>not reached</td>' +
      '<td><code>tcp_timeout</code>, <code>outbound-dropped</code></td><td>network</td>',
  );
  t.match(html, '<li>Allow outbound TCP 1433 from the subnet to the service tag Sql', 'the steps are a list');
  t.strictSame(tagsOf(html), OWN_TAGS);
});

t.test('a healthy run has no empty parts', { skip }, async (t) => {
  const html = htmlOf(renderMarkdown(report()));
  t.notMatch(html, /Findings|not reached/);
  t.match(html, 'READY: every required endpoint was reached');
});

t.test('the text of a peer is text', { skip }, async (t) => {
  const markdown = renderMarkdown(hostileReport());
  const html = htmlOf(markdown);
  t.strictSame(tagsOf(html), OWN_TAGS, 'no tag but ours: no link, no image, no markup');
  t.notMatch(
    proseOf(html),
    /[@#*_~$`\\{}[\]|]|https?:|www\.|evil/,
    'nothing is left to be made a mention or a link',
  );
  t.equal([...html.matchAll(/<h[1-6]>/g)].length, 6);
  t.equal([...html.matchAll(/<tr>/g)].length, 7 + 6 + 2, 'rows of the three tables');
  t.notOk(/[^\P{Cc}\n]|\p{Cf}/u.test(markdown), 'control characters are visible');
  t.ok(markdown.length < 32_767, `${markdown.length} characters fit into Jira`);
});

t.test('each attack at the start of a line', { skip }, async (t) => {
  for (const start of [
    '# a',
    '- a',
    '+ a',
    '1. a',
    '1) a',
    '> a',
    '```',
    '    a',
    '---',
    '===',
    '| a |',
    '<b>',
    '[x]: y',
    '@me',
  ]) {
    const one = finding({
      title: start,
      explanation: start,
      remedy: [start],
      reference: start,
      confirm: start,
    });
    const html = htmlOf(
      renderMarkdown(report({ verdict: 'blocked', targets: withDropped(['sql']), findings: [one] })),
    );
    t.strictSame(tagsOf(html), OWN_TAGS, start);
    t.equal([...html.matchAll(/<li>/g)].length, 2, start);
    t.notMatch(proseOf(html), '@me');
  }
});

t.test('10,000 targets and every cause make a ticket that can be filed', async (t) => {
  const targets = Array.from({ length: 10_000 }, (_, number) =>
    target('custom', `host${number}.contoso.example`, 443, { ...NAMELESS, required: true }),
  );
  const findings = Array.from({ length: 100 }, (_, number) =>
    finding({ title: `${number} ${HOSTILE}`, explanation: HOSTILE, evidence: targets.map(({ id }) => id) }),
  );
  const markdown = renderMarkdown(report({ verdict: 'inconclusive', targets, findings }));
  t.ok(markdown.length < 32_767, `${markdown.length} characters`);
  t.match(markdown, 'And 9960 more.');
  t.match(markdown, /^And \d\d more\.$/m);
});

/** The HTML report in headless Chromium, at the sizes of a phone, a laptop and a sheet of paper, light and dark. */

import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { renderHtml } from '../../src/report/html.ts';
import { runAgainst } from '../scenarios/agent-in-lab.ts';
import { findViolations, launchChromium, openFile, type Rules, VIEWS, type View } from './chromium.ts';
import { withEveryCause, withHostileText } from './reports.ts';

/** Where to leave the screenshots, for people to look at; none are taken without it. */
const SCREENSHOTS = process.env['SCREENSHOTS'];

/** The most that a mail should have to carry. */
const LARGEST_PAGE = 500_000;

/** In the page: each element, attribute, class and anchor that occurs, the numbers of findings aside. */
const SHAPE = `[...new Set([...document.querySelectorAll('*')].flatMap((element) => [
  element.tagName,
  ...[...element.attributes].flatMap(({ name, value }) => [
    element.tagName + ' ' + name,
    ...(['class', 'id', 'href', 'role', 'http-equiv'].includes(name) ? [name + '=' + value.replace(/\\d+/g, 'N')] : []),
  ]),
]))]`;

const { report: healthy } = await runAgainst('healthy');
const every = withEveryCause(healthy);
const PAGES = { healthy, 'every-cause': every, hostile: withHostileText(every) };

const folder = t.testdir(
  Object.fromEntries(Object.entries(PAGES).map(([name, report]) => [`${name}.html`, renderHtml(report)])),
);
const fileOf = (name: string) => join(folder, `${name}.html`);

const browser = await launchChromium();
t.teardown(() => browser.close());
// A busy machine takes ten times as long as an idle one.
t.setTimeout(900_000);
// Two pages at a time, one for each core.
t.jobs = 2;

const [phone, , laptop, , print] = VIEWS;
if (phone === undefined || laptop === undefined || print === undefined) throw new Error('a view is missing');

t.test('the whole catalogue is small enough to be sent', async (t) => {
  t.ok(every.findings.length >= 40 && healthy.targets.length >= 100, 'it is the whole');
  for (const name of ['healthy', 'every-cause'])
    t.ok(Buffer.byteLength(readFileSync(fileOf(name))) < LARGEST_PAGE, name);
});

/**
 * Everything is tried on the two plain pages in the light scheme, and of the dark one its colours, on a screen: paper is
 * light. The hostile page has the elements of the one before it, so its colours are theirs.
 */
function rulesFor(name: string, { scheme, media }: View): Rules | null {
  if (name === 'hostile') return scheme === 'light' ? 'structure' : null;
  if (scheme === 'light') return 'all';
  return media === 'screen' ? 'colours' : null;
}

for (const name of Object.keys(PAGES)) {
  for (const view of VIEWS) {
    t.test(`${name} at ${view.name}`, { buffered: true }, async (t) => {
      const { page, requests, complaints } = await openFile(t, browser, fileOf(name), view);
      await screenshot(page, `${name}, ${view.name}`);
      if (name !== 'hostile') await openFolds(page);
      const rules = rulesFor(name, view);
      if (rules !== null) t.strictSame(await findViolations(page, rules), [], 'axe-core finds nothing');
      await openFolds(page);
      t.ok(
        await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        'the page does not scroll sideways',
      );
      t.strictSame(requests, [], 'no request');
      t.strictSame(complaints, [], 'no complaint in the console');
    });
  }
}

t.test('hostile text stays text', async (t) => {
  const shapes = await Promise.all(
    ['every-cause', 'hostile'].map(async (name) => {
      const { page } = await openFile(t, browser, fileOf(name), laptop);
      return page.evaluate<string[]>(SHAPE);
    }),
  );
  const [plain, hostile] = shapes;
  const known = new Set(plain);
  t.ok(known.has('DETAILS') && known.has('A href'), 'the shape has elements and attributes');
  t.strictSame(
    hostile?.filter((one) => !known.has(one)),
    [],
    'the same elements, attributes, classes and anchors as without it',
  );
  const { page } = await openFile(t, browser, fileOf('hostile'), laptop);
  const text = (await page.locator('body').textContent()) ?? '';
  t.match(text, '<img src="http://192.0.2.1/x.png" onerror="window.pwned = 1">', 'it is shown as it is');
  t.match(text, '&lt;b&gt; &amp;#x3c;script&#62; &NotAnEntity;');
  t.match(
    text,
    '\\u{202e}txt.exe\\u{2066}',
    'what turns the direction of text is visible, and turns nothing',
  );
  t.notMatch(text, /[^\P{Cc}\n]|\p{Cf}/u);
  t.equal(await page.evaluate('window.pwned'), undefined);
});

t.test('the policy of the page forbids scripts, styles and requests', async (t) => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const { port } = server.address() as AddressInfo;
  const injected = `<img src="http://127.0.0.1:${port}/" onerror="window.handled = 1"><style>h1 { position: fixed }</style>`;
  const attack = async (page: Page) => {
    await page.evaluate(`
      document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(injected)});
      const script = document.createElement('script');
      script.textContent = 'window.pwned = 1';
      document.body.append(script);
      fetch('http://127.0.0.1:${port}/').catch(() => null)`);
    await page.waitForTimeout(200);
    return page.evaluate(
      '[window.pwned, window.handled, getComputedStyle(document.querySelector("h1")).position]',
    );
  };
  const { page } = await openFile(t, browser, fileOf('healthy'), laptop);
  t.strictSame(await attack(page), [undefined, undefined, 'static'], 'nothing of it is in force');
  t.equal(connections, 0, 'nothing is requested');

  const open = join(folder, 'without-policy.html');
  writeFileSync(open, readFileSync(fileOf('healthy'), 'utf8').replace(/<meta http-equiv[^>]*>/, ''));
  const { page: unguarded } = await openFile(t, browser, open, laptop);
  t.strictSame(await attack(unguarded), [1, 1, 'fixed'], 'without the policy all of it would be');
  t.ok(connections > 0);
});

t.test('by keyboard: every stop shows its focus, and a fold opens', async (t) => {
  const { page } = await openFile(t, browser, fileOf('every-cause'), laptop);
  await page.keyboard.press('Tab');
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the findings');
  t.ok(
    await page.evaluate('document.activeElement.getBoundingClientRect().left >= 0'),
    'the link comes into view',
  );
  for (let stop = 0; stop < 40; stop++) {
    const seen = await page.evaluate(
      '[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle, parseFloat(getComputedStyle(document.activeElement).outlineWidth)]',
    );
    t.match(seen, [/^(?:A|SUMMARY|PRE|DIV)$/, 'solid', 3], `stop ${stop}`);
    await page.keyboard.press('Tab');
  }
  await page.focus('.forward summary');
  await page.keyboard.press('Enter');
  t.ok(await page.locator('.forward pre').first().isVisible(), 'Enter opens the text for the network team');
});

t.test('the text for a team is copied as one block', async (t) => {
  const { page } = await openFile(t, browser, fileOf('every-cause'), laptop);
  await openFolds(page);
  const block = page.locator('.forward pre').first();
  await block.click({ position: { x: 20, y: 20 } });
  const selected = String(await page.evaluate('getSelection().toString()'));
  t.equal(selected.trim(), (await block.textContent())?.trim(), 'one click selects all of it');
  t.match(selected, /^The network team: \d+ items for Azure API Management/);
});

t.test('on paper: light, whole, and without what paper cannot use', async (t) => {
  for (const view of VIEWS.filter(({ media }) => media === 'print')) {
    const { page } = await openFile(t, browser, fileOf('every-cause'), view);
    t.equal(
      await page.evaluate('getComputedStyle(document.body).backgroundColor'),
      'rgb(255, 255, 255)',
      view.name,
    );
    t.notOk(await page.locator('nav').isVisible());
    t.ok(
      await page.evaluate(
        'document.querySelector(".finding details li").checkVisibility({ contentVisibilityAuto: true })',
      ),
    );
  }
  const { page } = await openFile(t, browser, fileOf('healthy'), print);
  const pdf = await page.pdf({
    format: 'A4',
    margin: { top: '15mm', bottom: '15mm', left: '15mm', right: '15mm' },
  });
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  t.ok(pages >= 3 && pages <= 9, `a healthy report is short: ${pages} pages`);
});

/** All folds but those of the raw evidence, of which three are as good as a hundred. */
async function openFolds(page: Page): Promise<void> {
  await page.evaluate(
    'for (const fold of document.querySelectorAll("details:not(details details:nth-of-type(n+4))")) fold.open = true',
  );
}

async function screenshot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name.replaceAll(', ', '-')}.png`) });
}

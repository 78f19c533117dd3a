/** A page in headless Chromium: one at a time, without a network, and with notes of whatever it did wrong. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';

/** Debian's package chromium; CHROMIUM names another one. */
const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface View {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  readonly media: 'screen' | 'print';
}

/** For a machine that is busy with other tests. */
const LONGEST_WAIT_MS = 240_000;

/** CSS pixels; the last is A4 at 96 per inch. */
const SIZES = [
  ['phone', 390, 844, 'screen'],
  ['laptop', 1366, 768, 'screen'],
  ['print', 794, 1123, 'print'],
] as const;

export const VIEWS: readonly View[] = SIZES.flatMap(([name, width, height, media]) =>
  (['light', 'dark'] as const).map((scheme) => ({
    name: `${name}, ${scheme}`,
    width,
    height,
    scheme,
    media,
  })),
);

export function launchChromium(): Promise<Browser> {
  // Root has no sandbox; in a small /dev/shm a long page would crash the renderer.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
  return chromium.launch({ executablePath: EXECUTABLE, args });
}

export interface OpenedPage {
  readonly page: Page;
  /** URLs that were requested, but for the page itself. */
  readonly requests: readonly string[];
  /** Errors and warnings of the console, and exceptions. */
  readonly complaints: readonly string[];
}

/** Opens a file as a mail's attachment is opened, until the test ends. */
export async function openFile(t: Test, browser: Browser, file: string, view: View): Promise<OpenedPage> {
  const { width, height, scheme, media } = view;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  t.teardown(() => page.close());
  page.setDefaultTimeout(LONGEST_WAIT_MS);
  const requests: string[] = [];
  const complaints: string[] = [];
  const { href } = pathToFileURL(file);
  page.on('request', (request) => {
    if (request.url() !== href) requests.push(request.url());
  });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.emulateMedia({ media });
  await page.goto(href);
  return { page, requests, complaints };
}

const COLOURS = ['color-contrast', 'link-in-text-block'];
/** These look at each line of text, and take most of the time. */
const SLOW = [...COLOURS, 'target-size'];
const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Which of the rules of WCAG 2.2 AA and of axe-core's best practices to try. */
export type Rules = 'all' | 'colours' | 'structure';

const OPTIONS: Readonly<Record<Rules, object>> = {
  all: { runOnly: LEVELS },
  colours: { runOnly: { type: 'rule', values: COLOURS } },
  structure: { runOnly: LEVELS, rules: Object.fromEntries(SLOW.map((rule) => [rule, { enabled: false }])) },
};

/** @returns what axe-core finds: a line for each rule and element */
export async function findViolations(page: Page, rules: Rules): Promise<string[]> {
  // By the debugger's protocol, which the page's policy does not bind.
  await page.evaluate(AXE);
  const options = JSON.stringify({ ...OPTIONS[rules], resultTypes: ['violations'] });
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${options})`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

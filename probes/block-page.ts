/** Recognises block pages that a firewall or proxy sends instead of the service. Pure. */
import { BLOCKING_PRODUCTS, type BlockingProduct } from './blocking-products.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A status from which on headers of a proxy mark its own reply. */
const REDIRECTION = 300;

/** Headers that contain the target of a redirect. */
const REDIRECTS = ['location', 'refresh'];

/** A page as the marks are compared with it. */
interface Page {
  readonly status: number;
  readonly header: (name: string) => string;
  readonly title: string;
  /** Lower case, with single spaces. */
  readonly text: string;
  /** Texts that may contain a redirect's target, in lower case. */
  readonly places: readonly string[];
}

/**
 * @param azureService whether the page came from an endpoint of Azure, not one that the user runs
 * @returns the product whose page this is, or null when it looks like the service's own answer
 */
export function recogniseBlockPage(
  status: number,
  headers: Headers,
  body: string,
  azureService = false,
): string | null {
  const header = (name: string): string => [headers[name] ?? ''].flat().join(', ');
  const text = singleSpaced(body).toLowerCase();
  const redirects = REDIRECTS.map((name) => header(name).toLowerCase());
  const page = { status, header, title: titleOf(body), text, places: [...redirects, text] };
  const product = BLOCKING_PRODUCTS.find(
    (one) => !(azureService && one.userEndpointsOnly) && hasMark(page, one),
  );
  return product?.name ?? null;
}

/** The product whose DNS filter answers blocked names with this address, or null. */
export function recogniseBlockAddress(address: string): string | null {
  return BLOCKING_PRODUCTS.find(({ addresses }) => addresses?.includes(address))?.name ?? null;
}

/** The text of a page's title with single spaces; empty without one. */
export function titleOf(page: string): string {
  return singleSpaced(/<title[^>]{0,200}>([^<]{1,500})/i.exec(page)?.[1] ?? '').trim();
}

function singleSpaced(text: string): string {
  return text.replace(/[ \t\r\n]+/g, ' ');
}

function hasMark(page: Page, product: BlockingProduct): boolean {
  const { statuses = [], headers = {}, titles = [], texts = [], urls = [] } = product;
  return (
    statuses.includes(page.status) ||
    (page.status >= REDIRECTION &&
      Object.entries(headers).some(([name, pattern]) => pattern.test(page.header(name)))) ||
    titles.some((pattern) => pattern.test(page.title)) ||
    texts.some((mark) => contains(page.text, mark)) ||
    urls.some((mark) => page.places.some((place) => contains(place, mark)))
  );
}

function contains(text: string, mark: string | RegExp | readonly string[]): boolean {
  if (mark instanceof RegExp) return mark.test(text);
  return typeof mark === 'string' ? text.includes(mark) : mark.every((each) => text.includes(each));
}

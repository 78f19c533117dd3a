/** The page that a peer sent in the place of the service’s reply, over HTTP or in the place of another protocol. Pure. */

import { titleOf } from '../../probes/block-page.ts';
import type { Facts } from '../../probes/facts.ts';
import { isAzureService } from '../model/azure.ts';
import type { Attempt, Target } from '../model/report.ts';
import { ownerOf } from './host-owners.ts';

export interface Page {
  /** Null when the text does not begin with an HTTP status line. */
  readonly status: number | null;
  readonly title: string;
  /** Its first characters, without markup. */
  readonly start: string;
  /** Target of a redirect. */
  readonly location: string | null;
  /** The product that wrote it, if known. */
  readonly product: string | null;
}

const STATUS_LINE = /^HTTP\/\d(?:\.\d)? (\d{3})\b/;

/** The last page of a known product, else the last page of the target’s attempts; null without one. */
export function pageOf({ attempts }: Target): Page | null {
  const pages = attempts.flatMap(({ facts }) => pageIn(facts) ?? []);
  return pages.findLast(({ product }) => product !== null) ?? pages.at(-1) ?? null;
}

function pageIn({ http, received }: Facts): Page | null {
  if (http !== undefined) {
    const { status, title, bodyStart, blockPage, headers } = http;
    const location = status >= 300 && status < 400 ? (headers['location'] ?? null) : null;
    return {
      status,
      title: title ?? titleOf(bodyStart),
      start: visibleText(bodyStart),
      location,
      product: blockPage,
    };
  }
  if (received === undefined) return null;
  const status = STATUS_LINE.exec(received.text)?.[1];
  const { title = '', text, blockPage: product } = received;
  const start = visibleText(text);
  return { status: status === undefined ? null : Number(status), title, start, location: null, product };
}

/** The text between the tags, but for the title, which is shown apart. */
function visibleText(page: string): string {
  const body = page.replace(/<title[^>]*>[^<]*(?:<\/title>)?/i, ' ').replace(/<[^>]*>?/g, ' ');
  return body.replace(/ {2,}/g, ' ').trim();
}

/** What the peer sent in the last failed attempt in the place of the service’s reply; null when it sent no text. */
export function receivedText({ attempts }: Target): string | null {
  const { received, http } =
    attempts.findLast(({ ok, facts }) => !ok && (facts.received ?? facts.http) !== undefined)?.facts ?? {};
  const text = received?.text ?? visibleText(http?.bodyStart ?? '');
  return text === '' ? null : text;
}

/** Whether an HTTP reply came in the place of TLS or of a protocol other than HTTP. */
export function gotHttpInstead(target: Target): boolean {
  return target.attempts.some((attempt) => isHttpInstead(target, attempt));
}

function isHttpInstead({ protocol }: Target, { ok, failure, facts }: Attempt): boolean {
  const isExpected = /^https?$/.test(protocol) && !failure?.startsWith('tls_');
  return !ok && !isExpected && STATUS_LINE.test(facts.received?.text ?? '');
}

/**
 * Azure's targets where HTTP came in the place of another protocol, when this happened at different services with
 * different addresses. A wrong record or a wrong port affects one of them, a device on the path affects all.
 */
export function sharedHttpReplies(targets: readonly Target[]): ReadonlySet<Target> {
  const answered = targets.filter((target) => isAzureService(target) && gotHttpInstead(target));
  const services = new Set(answered.map(({ group, host }) => `${group} ${ownerOf(host)}`));
  const addresses = new Set(answered.flatMap(({ attempts }) => attempts.map(({ address }) => address)));
  return new Set(services.size > 1 && addresses.size > 1 ? answered : []);
}

/** Recognises block pages that a firewall or proxy sends instead of the service. Pure. */

type Headers = Readonly<Record<string, string | string[] | undefined>>;

interface Signature {
  readonly product: string;
  readonly matches: (status: number, header: (name: string) => string, body: string) => boolean;
}

const SIGNATURES: readonly Signature[] = [
  {
    product: 'Azure Firewall',
    matches: (status, _header, body) =>
      status === 470 || /\bAction: Deny\. (?:Reason|Rule|Policy|No rule matched)\b/i.test(body),
  },
  {
    product: 'Zscaler',
    matches: (status, header, body) =>
      (/^Zscaler\//i.test(header('server')) && status >= 300) ||
      /\breasoncode=[A-Z_]+_DENIED\b/.test(`${header('location')} ${body}`),
  },
  {
    product: 'FortiGate',
    matches: (_status, _header, body) =>
      /FortiGuard (Intrusion Prevention|Web Filtering)|<title>Web Filter (Violation|Block Override)/i.test(
        body,
      ),
  },
  {
    product: 'Palo Alto Networks',
    matches: (_status, _header, body) =>
      /Access to the web page you were trying to visit has been blocked in accordance with company policy/i.test(
        body,
      ),
  },
  {
    product: 'Squid',
    // A Via header is not enough: Squid also adds it to the service's own replies.
    matches: (status, header) =>
      status >= 400 && (header('x-squid-error') !== '' || /^squid(\/|$)/i.test(header('server'))),
  },
  {
    product: 'a proxy that wants a login',
    matches: (status, header) => status === 407 || header('proxy-authenticate') !== '',
  },
  {
    product: 'a captive portal',
    // RFC 6585 section 6: the status that only a network on the path may send.
    matches: (status) => status === 511,
  },
];

/** The product whose page this is, or null when it looks like the service's own answer. */
export function recogniseBlockPage(status: number, headers: Headers, body: string): string | null {
  const header = (name: string): string => [headers[name] ?? ''].flat().join(', ');
  return SIGNATURES.find((signature) => signature.matches(status, header, body))?.product ?? null;
}

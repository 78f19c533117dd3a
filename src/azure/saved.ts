/** The forms in which PowerShell saves replies of Azure. Pure. */
import { printable } from '../../probes/printable.ts';

export type Saved =
  /** The reply as the REST API sends it. */
  | { readonly ok: true; readonly value: unknown }
  /** A predicate: "is …", "holds …". */
  | { readonly ok: false; readonly problem: string };

const SHOWN_LENGTH = 200;

/**
 * Unpacks the reply.
 * @param value JSON of `Invoke-AzRestMethod`, of one of the Az modules (their names begin with capitals), or the reply
 */
export function unpackSaved(value: unknown): Saved {
  // `$response.Content | ConvertTo-Json` makes text of text.
  const given = typeof value === 'string' ? parsed(value) : value;
  if (isRecord(given) && 'StatusCode' in given) return contentOf(given);
  return { ok: true, value: hasCapitals(given) ? withSmallNames(given, DEEPEST) : given };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of an error of Azure: `{"error": {…}}` or the inner part alone; null for anything else. */
export function errorOfAzure(value: Readonly<Record<string, unknown>>): string | null {
  const { error } = value;
  const inner = isRecord(error) ? error : value;
  const { code, message } = inner;
  if (inner === value && !(typeof code === 'string' && typeof message === 'string')) return null;
  const text = [code, message].filter((part) => typeof part === 'string').join(': ');
  return printable(text || 'without a code', SHOWN_LENGTH);
}

/** Effective rules and routes are computed after the request. */
const NOT_FINISHED =
  'holds a response with status 202, which Azure sends before the reply; these commands wait for it: az network nic list-effective-nsg, az network nic show-effective-route-table';

/** The body of a response as Invoke-AzRestMethod and Invoke-WebRequest return it. */
function contentOf({ StatusCode: status, Content: content }: Readonly<Record<string, unknown>>): Saved {
  const body = typeof content === 'string' ? parsed(content) : content;
  if (Number(status) < 400 && (isRecord(body) || Array.isArray(body))) return { ok: true, value: body };
  if (Number(status) === 202) return { ok: false, problem: NOT_FINISHED };
  const error = isRecord(body) ? errorOfAzure(body) : null;
  const text = error ?? printable(typeof content === 'string' ? content : '', SHOWN_LENGTH);
  return {
    ok: false,
    problem: `holds a response with status ${printable(String(status), 20)} and not the reply${text === '' ? '' : `: ${text}`}`,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return text;
  }
}

/** Locations, their status, its entries; categories, their endpoints, the details: no reply is deeper. */
const DEEPEST = 8;

function hasCapitals(value: unknown): boolean {
  const list = isRecord(value) && Array.isArray(value['value']) ? value['value'] : value;
  const first: unknown = Array.isArray(list) ? list.find(isRecord) : list;
  return (
    isRecord(first) &&
    Object.keys(first).some((name) =>
      /^(?:ConnectivityStatus|NetworkStatus|Endpoints?|Category|Code|Error)$/.test(name),
    )
  );
}

function withSmallNames(value: unknown, depth: number): unknown {
  if (depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => withSmallNames(item, depth - 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      withSmallNames(item, depth - 1),
    ]),
  );
}

import { randomUUID } from 'node:crypto';

/** What a service sees of a request. */
interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: URL;
  readonly headers: Readonly<Partial<Record<string, string | readonly string[]>>>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export type Service = (asked: Asked) => Reply;

/** An id as Azure Storage forms it: a GUID whose last part ends in zeros. */
export function storageRequestId(): string {
  return `${randomUUID().slice(0, -6)}000000`;
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: '' };
}

/** Azurite on loopback, with containers and signatures made by Microsoft's own client. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  AccountSASPermissions,
  BlobSASPermissions,
  BlobServiceClient,
  ContainerSASPermissions,
  generateAccountSASQueryParameters,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { Test } from 'tap';
import { closedPort } from '../../servers/peer.ts';

export const ACCOUNT = 'contosostore';
const KEY = Buffer.alloc(64, 7).toString('base64');
const DAY_MS = 86_400_000;

interface Signature {
  readonly container: string;
  /** As in `sp`. */
  readonly permissions: string;
  /** Days from now. */
  readonly from?: number;
  readonly until?: number;
  /** For this blob alone. */
  readonly blob?: string;
}

export interface Azurite {
  readonly port: number;
  /** http://127.0.0.1:PORT/ACCOUNT */
  readonly url: string;
  readonly client: BlobServiceClient;
  sas(signature: Signature): string;
  /** For everything in the account, containers as well. */
  accountSas(): string;
}

/** @param tls files; with them Azurite uses HTTPS and takes tokens; it checks their claims and not their signature */
export async function startAzurite(
  t: Test,
  tls: { readonly cert: string; readonly key: string } | null = null,
): Promise<Azurite> {
  const port = await closedPort();
  const main = fileURLToPath(import.meta.resolve('azurite/dist/src/blob/main.js'));
  const secure = tls === null ? [] : ['--cert', tls.cert, '--key', tls.key, '--oauth', 'basic'];
  const program = spawn(
    process.execPath,
    [
      ...[main, '--blobHost', '127.0.0.1', '--blobPort', String(port)],
      ...['--silent', '--disableTelemetry', '--skipApiVersionCheck', '--inMemoryPersistence', ...secure],
    ],
    { env: { ...process.env, AZURITE_ACCOUNTS: `${ACCOUNT}:${KEY}` }, stdio: 'ignore' },
  );
  t.teardown(() => stop(program));
  await listening(port, program);
  const url = `${tls === null ? 'http://127.0.0.1' : 'https://localhost'}:${port}/${ACCOUNT}`;
  const credential = new StorageSharedKeyCredential(ACCOUNT, KEY);
  return {
    port,
    url,
    client: new BlobServiceClient(url, credential),
    accountSas: () =>
      generateAccountSASQueryParameters(
        {
          ...{ services: 'b', resourceTypes: 'sco', expiresOn: new Date(Date.now() + DAY_MS) },
          permissions: AccountSASPermissions.parse('rwdlac'),
        },
        credential,
      ).toString(),
    sas: ({ container, permissions, from = -1, until = 1, blob }) =>
      generateBlobSASQueryParameters(
        {
          containerName: container,
          ...(blob === undefined ? {} : { blobName: blob }),
          permissions:
            blob === undefined
              ? ContainerSASPermissions.parse(permissions)
              : BlobSASPermissions.parse(permissions),
          startsOn: new Date(Date.now() + from * DAY_MS),
          expiresOn: new Date(Date.now() + until * DAY_MS),
        },
        credential,
      ).toString(),
  };
}

async function stop(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  // Not killed: only a runtime that ends keeps what it compiled for the next one.
  program.kill('SIGTERM');
  const late = setTimeout(() => program.kill('SIGKILL'), 2000);
  await once(program, 'exit');
  clearTimeout(late);
}

async function listening(port: number, program: ChildProcess): Promise<void> {
  while (program.exitCode === null) {
    const socket = net.connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Azurite ended with ${program.exitCode}`);
}

/** Decides which credential may be sent to which upload destination. */
import { isLoopback } from '../common/loopback.ts';

/**
 * `managed-identity`: a token for every storage account that the VM's identity may use.
 * `shared-access-signature`, `user-info`, `headers`: secrets that the user gave for this URL.
 */
export type UploadCredential = 'managed-identity' | 'shared-access-signature' | 'user-info' | 'headers';

/** The blob endpoint of each cloud ("Azure Private Endpoint private DNS zone values", Microsoft). */
const BLOB_SUFFIX = String.raw`blob\.core\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)`;
/** Account names have 3 to 24 letters and digits ("Storage account overview"); the second endpoint adds a word. */
const ACCOUNT = '[a-z0-9]{3,24}(?:-secondary)?';

/** Public, private-link and DNS-zone endpoints; anchored, so that other host names do not match. */
const BLOB_HOSTS = [
  new RegExp(`^${ACCOUNT}\\.${BLOB_SUFFIX}$`),
  new RegExp(`^${ACCOUNT}\\.privatelink\\.${BLOB_SUFFIX}$`),
  new RegExp(`^${ACCOUNT}\\.z[0-9]{1,2}\\.blob\\.storage\\.azure\\.net$`),
] as const;

/** Whether the host name is a blob endpoint of a storage account in one of Azure's three clouds. */
function isAzureBlobHost(host: string): boolean {
  return BLOB_HOSTS.some((pattern) => pattern.test(host));
}

/**
 * The only check of which host may get which credential.
 * @param url parsed by WHATWG's rules: its host name is in lower case, IDNs are in Punycode
 * @returns a predicate ("is …"), or null when the credential may be sent there
 */
export function credentialProblem(url: URL, credential: UploadCredential): string | null {
  const { protocol, hostname, port } = url;
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    return 'is not HTTPS, so everyone on the path could read the credential; write https://';
  if (credential !== 'managed-identity') return null;
  if (protocol !== 'https:' || port !== '')
    return 'is not HTTPS on port 443: a managed identity’s token is sent to Azure Storage on that port only; use a SAS';
  return isAzureBlobHost(hostname)
    ? null
    : 'is not a blob endpoint of Azure (ACCOUNT.blob.core.windows.net, .usgovcloudapi.net or .chinacloudapi.cn), and a token of the VM’s managed identity is sent only there: use a SAS';
}

/** A token of the VM's managed identity by the Azure SDK, from the instance metadata service. */
import type { HttpClient } from '@azure/core-rest-pipeline';
import { ManagedIdentityCredential } from '@azure/identity';
import { SDK_OPTIONS, sdkTransport, type Wire } from './sdk-transport.ts';

/** One resource for all clouds. */
const SCOPE = 'https://storage.azure.com/.default';

/**
 * @azure/msal-node stores the first transport that it is given, and the tokens, until the process ends
 * (`ManagedIdentityClient.identitySource`). So there is one transport, which uses the client of the current caller.
 */
let asking: Wire | null = null;

const TRANSPORT: HttpClient = {
  sendRequest: (request) => {
    if (asking === null) throw new Error('a token was requested without a caller');
    return sdkTransport(asking).sendRequest(request);
  },
};

/**
 * @param clientId of a user-assigned identity; null for the VM's own
 * @param wire of the caller; one at a time in a process
 * @returns the token; requested once, as the SDK caches it until shortly before it expires
 * @throws the SDK's error when there is none
 */
export async function managedIdentityToken(clientId: string | null, wire: Wire): Promise<string> {
  asking = wire;
  try {
    const credential = new ManagedIdentityCredential({
      ...(clientId === null ? {} : { clientId }),
      ...SDK_OPTIONS,
      httpClient: TRANSPORT,
    });
    return (await credential.getToken(SCOPE)).token;
  } finally {
    asking = null;
  }
}

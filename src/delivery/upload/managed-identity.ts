/** A token of the VM's managed identity by the Azure SDK, from the instance metadata service. */
import type { HttpClient } from '@azure/core-rest-pipeline';
import { ManagedIdentityCredential } from '@azure/identity';
import { SDK_OPTIONS, sdkTransport, type Wire } from './sdk-transport.ts';

/** One resource for all clouds. */
const SCOPE = 'https://storage.azure.com/.default';

/**
 * The library beneath keeps the first transport that it is given, and the tokens, for as long as the process lives
 * (`ManagedIdentityClient.identitySource` of @azure/msal-node). So there is one, and it leads to whoever asks.
 */
let asking: Wire | null = null;

const TRANSPORT: HttpClient = {
  sendRequest: (request) => {
    if (asking === null) throw new Error('a token is asked for by nobody');
    return sdkTransport(asking).sendRequest(request);
  },
};

/**
 * @param clientId of a user-assigned identity; null for the VM's own
 * @param wire of the one who asks; one at a time in a process
 * @returns the token; asked for once, as the SDK keeps it until shortly before its end
 * @throws whatever the SDK throws where there is none
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

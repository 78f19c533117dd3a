/** Makes the certificates in /etc/apim-probe/public.pem public roots of the runtime, before the agent starts. */
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import tls from 'node:tls';

const { getCACertificates } = tls;
const added = readFileSync('/etc/apim-probe/public.pem', 'utf8');

tls.getCACertificates = (type) => [...getCACertificates(type), added];
syncBuiltinESMExports();

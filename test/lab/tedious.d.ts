/** As much of Microsoft's driver, which brings no types, as the test uses. */
declare module 'tedious' {
  import type { EventEmitter } from 'node:events';

  export class Connection extends EventEmitter {
    constructor(configuration: {
      server: string;
      authentication: { type: 'default'; options: { userName: string; password: string } };
      options: {
        port: number;
        encrypt: boolean;
        /** The name in SNI and in the certificate. */
        serverName: string;
        trustServerCertificate: boolean;
        cryptoCredentialsDetails: { ca: string };
      };
    });
    connect(): void;
    close(): void;
  }
}

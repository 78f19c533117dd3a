import { empty, type Service } from './reply.ts';

/** A cabinet without files: its header alone, with its own length and version 1.3 ([MS-CAB] section 2.1). */
const EMPTY_CABINET = Buffer.alloc(36);
EMPTY_CABINET.write('MSCF', 'latin1');
EMPTY_CABINET.writeUInt32LE(EMPTY_CABINET.length, 8);
EMPTY_CABINET.writeUInt32LE(EMPTY_CABINET.length, 16);
EMPTY_CABINET.writeUInt8(3, 24);
EMPTY_CABINET.writeUInt8(1, 25);

/** The lists of trusted roots that Windows downloads. */
export const updates: Service = ({ url }) =>
  url.pathname.endsWith('.cab')
    ? {
        status: 200,
        headers: { 'content-type': 'application/vnd.ms-cab-compressed' },
        body: EMPTY_CABINET,
      }
    : empty(404);

import { empty, type Reply, type Service } from './reply.ts';

/** A host that is there, and has nothing for an anonymous caller, like most of Microsoft's hosts. */
export const web: Service = () => ({
  status: 404,
  headers: { server: 'Microsoft-HTTPAPI/2.0', 'content-type': 'text/html; charset=us-ascii' },
  body: '<!DOCTYPE HTML><HTML><HEAD><TITLE>Not Found</TITLE></HEAD><BODY><h2>Not Found</h2></BODY></HTML>',
});

/** The ingestion endpoint takes telemetry by POST alone, and only for a key that it knows. */
export const insights: Service = ({ method }) =>
  method === 'POST' ? unknownKey() : empty(405, { allow: 'POST' });

function unknownKey(): Reply {
  return {
    status: 400,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({
      itemsReceived: 1,
      itemsAccepted: 0,
      errors: [{ index: 0, statusCode: 400, message: 'Invalid instrumentation key' }],
    }),
  };
}

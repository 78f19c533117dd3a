import { TENANT } from '../subnet.ts';
import { type Reply, type Service, storageRequestId } from './reply.ts';

const VERSION = '2019-12-12';

/** Blob, Queue and File answer in XML: 400 at the root without `comp`, 401 where a signature is due. */
export const storageXml: Service = ({ url }) =>
  url.searchParams.has('comp')
    ? refusal(401, 'NoAuthenticationInformation', 'Server failed to authenticate the request.', challenge())
    : refusal(
        400,
        'InvalidQueryParameterValue',
        'Value for one of the query parameters specified in the request URI is invalid.',
        {},
        '<QueryParameterName>comp</QueryParameterName><QueryParameterValue /><Reason />',
      );

/** Table answers in JSON: an anonymous caller finds no resource. */
export const storageTable: Service = () =>
  oDataRefusal(404, 'ResourceNotFound', 'The specified resource does not exist.');

/** Any of the four, behind network rules that refuse the caller: 403 for every request. */
export const closedStorage: Service = ({ url }) => {
  const [code, message] = [
    'AuthorizationFailure',
    'This request is not authorized to perform this operation.',
  ];
  return url.hostname.includes('.table.') ? oDataRefusal(403, code, message) : refusal(403, code, message);
};

function oDataRefusal(status: number, code: string, message: string): Reply {
  const id = storageRequestId();
  const value = `${message}\nRequestId:${id}\nTime:${new Date().toISOString()}`;
  return {
    status,
    headers: { ...common(id, code), 'content-type': 'application/json;odata=minimalmetadata' },
    body: JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value } } }),
  };
}

function refusal(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  detail = '',
): Reply {
  const id = storageRequestId();
  const time = new Date().toISOString();
  return {
    status,
    headers: { ...common(id, code), 'content-type': 'application/xml', ...headers },
    body:
      '<?xml version="1.0" encoding="utf-8"?>' +
      `<Error><Code>${code}</Code><Message>${message}\nRequestId:${id}\nTime:${time}</Message>${detail}</Error>`,
  };
}

function common(id: string, code: string): Record<string, string> {
  return {
    server: 'Microsoft-HTTPAPI/2.0',
    'x-ms-request-id': id,
    'x-ms-version': VERSION,
    'x-ms-error-code': code,
  };
}

function challenge(): Record<string, string> {
  const authority = `https://login.microsoftonline.com/${TENANT}/oauth2/authorize`;
  return {
    'www-authenticate': `Bearer authorization_uri=${authority} resource_id=https://storage.azure.com`,
  };
}

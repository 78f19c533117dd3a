import type { Service } from './reply.ts';

/** What a namespace shows to anyone: the feed of its publicly listed services, which is empty. */
export const eventHubs: Service = () => ({
  status: 200,
  headers: {
    'content-type': 'application/atom+xml;type=feed;charset=utf-8',
    server: 'Microsoft-HTTPAPI/2.0',
  },
  body:
    '<feed xmlns="http://www.w3.org/2005/Atom">' +
    '<title type="text">Publicly Listed Services</title>' +
    '<subtitle type="text">This is the list of publicly-listed services currently available.</subtitle>' +
    `<updated>${new Date().toISOString()}</updated><generator>Service Bus 1.1</generator></feed>`,
});

/** Devices that answer with a page in the place of the service. */
import { denial, pages } from '../../../test/system/middleboxes.ts';
import { PUBLIC_RANGE, VAULT } from '../names.ts';
import { PAGES } from '../replies.ts';
import type { Chapter, Expected, Shape } from '../situation.ts';

const PAGE = '<html><head><title>Access restricted</title></head><body>Refused by rule 7.</body></html>';
const PLAIN = { ports: [80] } as const;

const blockPage = (explains: Expected['explains'], text?: RegExp): Expected => ({
  causes: ['block-page'],
  explains,
  verdict: 'blocked',
  ...(text !== undefined && { text }),
});

/** nginx answering on port 80 for everyone. */
const onPort80 = (shape: string, reply: string, text?: RegExp): Shape => ({
  shape,
  apply: async (stage) => {
    const condition = `${PUBLIC_RANGE} tcp dport 80`;
    stage.use(await pages(stage.subnet.router, await stage.folder(), condition, reply));
  },
  expected: blockPage(PLAIN, text),
});

const page = (status: number, body: string): string => `default_type text/html; return ${status} '${body}';`;

/** A page in the place of the ServerHello. */
const onPort443 = (shape: string, text: string, title: RegExp): Shape => ({
  shape,
  apply: (stage) => stage.helloDevice([VAULT], { action: { page: text } }),
  expected: blockPage({ groups: ['key-vault'] }, title),
});

export const BLOCK_PAGES: Chapter = {
  title: 'Block pages and portals',
  kind: 'fault',
  situations: [
    {
      id: 'page-on-443',
      what: 'A device speaks plain HTTP on 443 for everyone',
      shapes: [
        {
          shape: 'squid',
          apply: async (stage) => {
            const condition = `${PUBLIC_RANGE} tcp dport 443`;
            stage.use(await denial(stage.subnet.router, await stage.folder(), condition));
          },
          expected: blockPage({ ports: [443] }, /squid/i),
        },
        {
          shape: 'a page of no known product',
          apply: (stage) => stage.helloDevice(stage.publicHosts, { action: { page: PAGES.unknown } }),
          expected: blockPage({ ports: [443] }),
        },
      ],
    },
    {
      id: 'page-for-one-name',
      what: 'A device answers one service on 443 with its page',
      shapes: [
        onPort443('Azure Firewall', PAGES.azureFirewall, /Azure Firewall/),
        onPort443('FortiGate', PAGES.fortiGate, /FortiGate/),
        onPort443('Zscaler', PAGES.zscaler, /Zscaler/),
        onPort443('Palo Alto Networks', PAGES.paloAlto, /Palo Alto/),
      ],
    },
    {
      id: 'page-on-80',
      what: 'A device answers every plain HTTP request with its page',
      shapes: [
        {
          shape: 'squid',
          apply: async (stage) => {
            const condition = `${PUBLIC_RANGE} tcp dport 80`;
            stage.use(await denial(stage.subnet.router, await stage.folder(), condition));
          },
          expected: blockPage(PLAIN, /squid/i),
        },
        onPort80('no known product, 403', page(403, PAGE), /Access restricted/),
        onPort80('no known product, 200', page(200, PAGE), /Access restricted|rule 7/),
        onPort80(
          'Azure Firewall, 470',
          page(470, 'HTTP request denied. Action: Deny. Reason: No rule matched.'),
          /Azure Firewall/,
        ),
        onPort80(
          'FortiGate, 403',
          page(403, '<html><title>Web Filter Violation</title><body>Powered by FortiGuard</body></html>'),
          /FortiGate/,
        ),
        onPort80(
          'Zscaler, 403',
          page(403, '<html><body>Internet Security by Zscaler</body></html>'),
          /Zscaler/,
        ),
      ],
    },
    {
      id: 'captive-portal',
      what: 'Plain HTTP is redirected to a login page',
      shapes: [
        onPort80(
          'of the company',
          'return 302 https://login.contoso.example/portal;',
          /login\.contoso\.example/,
        ),
        onPort80('at a private address', 'return 307 http://10.0.0.1/denied?url=$host;', /10\.0\.0\.1/),
      ],
    },
    {
      id: 'page-for-certificate-host',
      what: 'A device answers for one certificate host alone',
      shapes: [
        {
          shape: 'crl3.digicert.com, 403',
          apply: async (stage) => {
            const condition = `ip daddr ${stage.at('crl3.digicert.com')} tcp dport 80`;
            stage.use(await pages(stage.subnet.router, await stage.folder(), condition, page(403, PAGE)));
          },
          // The host itself may refuse: nothing in one unknown page tells.
          expected: { causes: ['block-page', 'undetermined'], explains: 'some', verdict: 'degraded' },
        },
      ],
    },
  ],
};

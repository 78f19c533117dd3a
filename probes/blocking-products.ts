/** Products that answer in the place of a service, and the marks of their pages. Data only. */

/** A text that the page contains, ignoring case; a list means all of them. */
type Mark = string | RegExp | readonly string[];

/**
 * The marks of one product. One mark is enough. Only marks that no Azure service sends are listed: phrases that other
 * pages share (`Ray ID:`, `Application Blocked`, `Please contact your system administrator`) or that only show a proxy
 * on the path (`Via`) are left out.
 */
export interface BlockingProduct {
  readonly name: string;
  /** Where the marks are published. */
  readonly source: string;
  readonly statuses?: readonly number[];
  /** By lower-case header name. They count from status 300 on: a proxy may also mark the service's own replies. */
  readonly headers?: Readonly<Record<string, RegExp>>;
  readonly titles?: readonly RegExp[];
  /** In the page; sequences of white space count as one space. Strings are in lower case. */
  readonly texts?: readonly Mark[];
  /** In the target of a redirect or anywhere in the page. Strings are in lower case. */
  readonly urls?: readonly Mark[];
  /** Addresses that its DNS filter answers for a blocked name. */
  readonly addresses?: readonly string[];
  /** Stands also before services of Azure itself, so it counts only at endpoints that the user runs. */
  readonly userEndpointsOnly?: true;
}

const OONI = 'ooni/blocking-fingerprints';
const CENSORED_PLANET = 'Censored Planet, blockpage_signatures.json';
const WAFW00F = 'EnableSecurity/wafw00f';

export const BLOCKING_PRODUCTS: readonly BlockingProduct[] = [
  {
    name: 'Azure Firewall',
    source: 'http.dev/470, and pages that users published',
    statuses: [470],
    texts: [
      'action: deny. reason',
      'action: deny. rule',
      'action: deny. policy',
      'action: deny. no rule matched',
    ],
  },
  {
    name: 'Zscaler',
    source: `help.zscaler.com, Configuring the URL of a custom block notification; ${OONI}; ${WAFW00F}`,
    headers: { server: /^zscaler\//i },
    texts: ['internet security by zscaler'],
    urls: [/\breasoncode=[a-z_]+_denied\b/, /:\/\/gateway\.(?:zscaler(?:one|two|three)?|zscloud)\.net\b/],
  },
  {
    name: 'FortiGate',
    source: `${OONI}; ${CENSORED_PLANET}; ${WAFW00F}`,
    titles: [/^web ?filter (?:violation|block override)/i],
    texts: [
      'fortiguard intrusion prevention',
      'fortiguard web filtering',
      'powered by fortiguard',
      'powered by fortinet',
      'fortigate application control',
      'webfilter violation',
      'in violation of your internet usage policy',
      '//globalurl.fortinet.net',
      '<br/>attack id: 20000',
    ],
    urls: ['/xx/yy/zz/ci/mgpghgpgpfghcdpfggogfgeh'],
    addresses: ['208.91.112.55'],
  },
  {
    name: 'Palo Alto Networks',
    source: `knowledgebase.paloaltonetworks.com, kA10g000000ClsQCAS; ${OONI}; ${WAFW00F}`,
    texts: [
      'has been blocked in accordance with company policy',
      'access to the application you were trying to use has been blocked',
      'download of virus/spyware blocked',
      'palo alto next generation security platform',
      '<h1>web page blocked</h1>',
    ],
    urls: ['/php/urlblock.php?args='],
  },
  {
    name: 'Squid',
    source: `squid-cache.org, err_page_stylesheet; ${OONI}`,
    headers: { 'x-squid-error': /./, server: /^squid(?:\/|$)/i },
    texts: ['stylesheet for squid error pages', 'access control configuration prevents your request'],
  },
  {
    name: 'squidGuard',
    source: OONI,
    urls: ['/sgerror.php?url=', 'squidguard.cgi?clientaddr='],
  },
  {
    name: 'Check Point',
    source: `sc1.checkpoint.com, Application Control and URL Filtering; ${OONI}`,
    texts: ['check point usercheck'],
    urls: ['/usercheck/portalmain?iid='],
  },
  {
    name: 'Forcepoint',
    source: `websense.com, Block Pages FAQ; ${OONI}`,
    urls: [':15871/cgi-bin/blockpage.cgi', ':15871/cgi-bin/block_message.cgi'],
  },
  {
    name: 'Symantec ProxySG',
    source: `knowledge.broadcom.com, article 169743; ${OONI}`,
    urls: [
      '://notify.bluecoat.com',
      '://www.bluecoat.com/notify-notify',
      'webscanningservice.com/webservicesalertpage',
    ],
  },
  {
    name: 'Cisco Umbrella',
    source: `support.opendns.com; ${OONI}`,
    texts: [
      'this site is blocked due to content filtering.',
      'this domain is blocked due to content filtering.',
    ],
    urls: ['block.opendns.com', 'malware.opendns.com'],
    addresses: [
      '146.112.61.104',
      '146.112.61.105',
      '146.112.61.106',
      '146.112.61.107',
      '146.112.61.108',
      '146.112.61.109',
      '146.112.61.110',
      '208.69.32.164',
    ],
  },
  {
    name: 'Cisco Secure Web Appliance',
    source: `${OONI}; ${CENSORED_PLANET}`,
    titles: [/^notification: policy: url filtering$/i],
    texts: ['you are attempting to access a forbidden site.'],
  },
  {
    name: 'Cisco Cloud Web Security',
    source: OONI,
    urls: ['://alert.scansafe.net/alert/process'],
  },
  {
    name: 'Cisco Meraki',
    source: `community.meraki.com, Content Filtering Categories; ${OONI}`,
    texts: ['this website is blocked by your network operator.'],
    urls: ['wired.meraki.com:8090/blocked.cgi'],
  },
  {
    name: 'SonicWall',
    source: `${OONI}; ${CENSORED_PLANET}; ${WAFW00F}`,
    headers: { server: /^sonicwall/i },
    texts: [
      'sonicwall - web site blocked',
      'this request is blocked by the sonicwall',
      'cfssupport.sonicwall.com',
      'nsa_banner',
    ],
  },
  {
    name: 'Sophos',
    source: WAFW00F,
    texts: [
      /powered by (?:sophos )?utm web protection/,
      ['www.sophos.com', 'access to the requested url was blocked'],
    ],
  },
  {
    name: 'WatchGuard',
    source: `${OONI}; ${CENSORED_PLANET}; ${WAFW00F}`,
    headers: { server: /^watchguard/i },
    texts: [
      'request denied by watchguard http proxy',
      'request denied by watchguard firewall',
      'response denied by watchguard',
    ],
    addresses: ['3.93.224.57', '52.206.227.167'],
  },
  {
    name: 'Barracuda',
    source: `${OONI}; ${CENSORED_PLANET}`,
    headers: { server: /^(?:barracuda\/ngfirewall|barracudahttp )/i },
    texts: ['barracuda nextgen firewall:', 'redirecting you to barracuda web filter.'],
  },
  {
    name: 'McAfee or Skyhigh Web Gateway',
    source: CENSORED_PLANET,
    titles: [/^mcafee web gateway - notification/i],
  },
  { name: 'Juniper SRX', source: OONI, texts: ['juniper web filtering'] },
  {
    name: 'Kerio Control',
    source: OONI,
    headers: { server: /^kerio control embedded web server/i },
    texts: ['this page has been blocked by kerio control'],
  },
  {
    name: 'iboss',
    source: OONI,
    urls: [
      '/ibreports/ibp/bp.html',
      '/block/restricted.html?fn=',
      '/iboss/restricted.html?fn=',
      '://ibossreporter',
    ],
  },
  {
    name: 'Untangle',
    source: OONI,
    texts: ['this web page is blocked</b> because it violates network policy.'],
    urls: ['web-filter/blockpage?'],
  },
  {
    name: 'Netsweeper',
    source: OONI,
    texts: ['poweredbynetsweeper.com'],
    urls: ['/webadmin/deny/', ['?dpid=', 'dpruleid=']],
  },
  { name: 'ContentKeeper', source: OONI, texts: ['blocked by contentkeeper'] },
  { name: 'Lightspeed', source: OONI, titles: [/^lightspeed systems? - web access$/i] },
  { name: 'RM SafetyNet', source: OONI, urls: ['.ifl.net/filterpages/', 'www.rm.com/filteringpolicy/'] },
  { name: 'IServ', source: OONI, urls: ['/idesk/inet/block.php?'] },
  { name: 'Olfeo', source: OONI, headers: { server: /^olfeo/i } },
  { name: 'WireFilter', source: OONI, headers: { server: /^protected by wirefilter/i } },
  { name: 'VAS Experts SKAT', source: OONI, urls: ['://vasexperts.ru/test/blocked.php'] },
  { name: 'Comodo Secure DNS', source: OONI, urls: ['://warn.recursive.dnsbycomodo.com'] },
  { name: 'Cyberoam', source: OONI, texts: ['cyberoam is securing you.'] },
  { name: 'Trend Micro', source: CENSORED_PLANET, texts: [['blocking rule', 'trend micro']] },
  {
    name: 'Huawei NIP',
    source: `${OONI}; ${CENSORED_PLANET}`,
    headers: { server: /^v2r2c00-iae\//i },
  },
  { name: 'Akamai Secure Internet Access', source: CENSORED_PLANET, urls: ['://error.etp.akamai.com'] },
  {
    name: 'Microsoft Forefront TMG',
    source: WAFW00F,
    texts: ['server denied the specified uniform resource locator (url)'],
  },
  { name: 'UrlScan', source: WAFW00F, urls: ['rejected-by-urlscan'] },
  {
    name: 'Azure Application Gateway',
    source: WAFW00F,
    texts: [['<center>microsoft-azure-application-gateway/v2</center>', '<h1>403 forbidden</h1>']],
    userEndpointsOnly: true,
  },
  {
    name: 'F5 BIG-IP',
    source: WAFW00F,
    texts: ['the requested url was rejected. please consult with your administrator.'],
  },
  {
    name: 'Netskope',
    source: 'docs.netskope.com, which names the host only',
    urls: [/^https?:\/\/[a-z0-9.-]+\.goskope\.com(?:[:/?]|$)/],
  },
  { name: 'NextDNS', source: CENSORED_PLANET, headers: { 'blocked-by': /^nextdns/i } },
  {
    name: 'SafeDNS',
    source: CENSORED_PLANET,
    urls: ['blockpage-cdn.safedns.com'],
    addresses: ['195.46.39.11'],
  },
  { name: 'CleanBrowsing', source: OONI, addresses: ['185.228.168.254'] },
  { name: 'FlashStart', source: OONI, addresses: ['185.236.104.104'] },
  { name: 'AdGuard DNS', source: OONI, addresses: ['94.140.14.35'] },
  { name: 'Pi-hole', source: CENSORED_PLANET, texts: ['pi-hole: a black hole'] },
  {
    name: 'Zyxel',
    source: CENSORED_PLANET,
    titles: [/^zyxel security cloud-dns filter service portal$/i],
  },
  {
    name: 'a proxy that wants a login',
    source: 'RFC 9110, 11.7.1 and 15.5.8',
    statuses: [407],
    headers: { 'proxy-authenticate': /./ },
  },
  {
    name: 'a captive portal',
    // The status that only a network on the path may send.
    source: 'RFC 6585, 6',
    statuses: [511],
  },
];

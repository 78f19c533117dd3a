/**
 * Pages of blocking products, composed from what is published about each: ooni/blocking-fingerprints (with the notes of
 * its sources), Censored Planet's blockpage_signatures, EnableSecurity/wafw00f, and the vendors' documents. They are
 * written independently of the table in `probes/blocking-products.ts`.
 */

export interface Sample {
  readonly product: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const html = (title: string, body: string): string =>
  `<!DOCTYPE html>\r\n<html>\n<head>\n  <meta charset="utf-8">\n  <title>${title}</title>\n</head>\n<body>${body}</body></html>\n`;

const redirect = (product: string, location: string): Sample => ({
  product,
  status: 302,
  headers: { location, 'content-length': '0' },
});

export const SAMPLES: readonly Sample[] = [
  { product: 'Azure Firewall', status: 470, body: 'denied' },
  {
    product: 'Azure Firewall',
    status: 200,
    body:
      'HTTP  request from 10.1.0.4:50100 to crl3.digicert.com:80. Action: Deny. No rule matched. ' +
      'Proceeding with default action',
  },
  // help.zscaler.com: the query of a custom notification.
  redirect(
    'Zscaler',
    'http://it.contoso.test/denied?url=crl3.digicert.com&reason=Not+allowed&reasoncode=CATEGORY_DENIED&action=deny',
  ),
  redirect('Zscaler', 'https://gateway.zscalertwo.net:443/auD?origurl=http%3A%2F%2Fcrl3%2edigicert%2ecom%2F'),
  {
    product: 'Zscaler',
    status: 403,
    headers: { server: 'Zscaler/6.2', 'content-type': 'text/html' },
    body: html('Forbidden', ''),
  },
  {
    product: 'Zscaler',
    status: 403,
    body: html('Internet Security by Zscaler', '<p>Sorry, you do not have permission</p>'),
  },
  // forum.fortinet.com, 107704.
  {
    product: 'FortiGate',
    status: 403,
    body: html(
      'Web Filter Violation',
      '<h2>You have tried to access a web page which is in violation of your internet usage\n policy.</h2>',
    ),
  },
  { product: 'FortiGate', status: 403, body: html('Attention', '<b>Powered By FortiGuard</b>') },
  redirect('FortiGate', 'http://10.9.0.1:8008/XX/YY/ZZ/CI/MGPGHGPGPFGHCDPFGGOGFGEH'),
  {
    product: 'FortiGate',
    status: 200,
    body: '<iframe src="http://10.9.0.1:8008/XX/YY/ZZ/CI/MGPGHGPGPFGHCDPFGGOGFGEH" width=0></iframe>',
  },
  {
    product: 'FortiGate',
    status: 403,
    body: html('Application Blocked!', '<h1>FortiGate Application Control</h1>'),
  },
  // knowledgebase.paloaltonetworks.com, kA10g000000ClsQCAS.
  {
    product: 'Palo Alto Networks',
    status: 503,
    body: html(
      'Web Page Blocked',
      '<h1>Web Page Blocked</h1><p>Access to the web page you were trying to visit has been blocked in accordance\nwith ' +
        'company policy. Please contact your system administrator if you believe this is in error.</p>',
    ),
  },
  redirect('Palo Alto Networks', 'http://10.9.0.1:6080/php/urlblock.php?args=AAAAPAAAABB&url=http://x.test'),
  {
    product: 'Squid',
    status: 403,
    headers: { server: 'squid/5.7', 'x-squid-error': 'ERR_ACCESS_DENIED 0' },
  },
  {
    product: 'Squid',
    status: 403,
    body:
      '<style type="text/css"><!--\n/*\n * Copyright (C) 1996-2020 The Squid Software Foundation\n * Stylesheet for Squid ' +
      'Error pages\n */--></style>',
  },
  redirect('squidGuard', 'https://192.168.88.1/sgerror.php?url=403%20&a=10.1.0.4&n=&i=&s=default&t=none'),
  redirect(
    'squidGuard',
    'http://proxy.test/cgi-bin/squidGuard.cgi?clientaddr=10.1.0.4&clientname=&targetgroup=none',
  ),
  redirect(
    'Check Point',
    'http://10.9.0.1/UserCheck/PortalMain?IID=0B2C8A1B-8A61-86C6-F0C1-E9C2B9D2A7CE&origUrl=aHR0cA',
  ),
  {
    product: 'Check Point',
    status: 200,
    body: html('Check Point UserCheck', '<div id="main">blocked</div>'),
  },
  redirect('Forcepoint', 'http://10.9.0.1:15871/cgi-bin/blockpage.cgi?ws-session=3523214345'),
  {
    product: 'Forcepoint',
    status: 200,
    body: '<body onload="location.replace(\'http://10.9.0.1:15871/cgi-bin/block_message.cgi?ws-session=1\')">',
  },
  // knowledge.broadcom.com, article 169743.
  redirect(
    'Symantec ProxySG',
    'http://notify.bluecoat.com/notify-NotifyUser1?http://crl3.digicert.com/aHR0cDovL2NybDM=',
  ),
  redirect(
    'Symantec ProxySG',
    'http://www.webscanningservice.com/WebServicesAlertPage/WebURLAlert.aspx?type=url',
  ),
  {
    product: 'Cisco Umbrella',
    status: 200,
    body: '<script>window.location.replace("https://block.opendns.com/?url=12345&server=ams2")</script>',
  },
  {
    product: 'Cisco Umbrella',
    status: 403,
    body: html('Cisco', '<p>This site is blocked due to content filtering.</p>'),
  },
  redirect('Cisco Umbrella', 'http://malware.opendns.com/?url=crl3.digicert.com'),
  {
    product: 'Cisco Secure Web Appliance',
    status: 403,
    body: html('Notification: Policy: URL Filtering', '<p>Based on policies, access is blocked.</p>'),
  },
  redirect('Cisco Cloud Web Security', 'http://alert.scansafe.net/alert/process?a=1'),
  redirect('Cisco Meraki', 'http://wired.meraki.com:8090/blocked.cgi?blocked_server=10.1.0.1'),
  {
    product: 'Cisco Meraki',
    status: 200,
    body: html('Blocked', 'This website is blocked by your network operator.'),
  },
  { product: 'SonicWall', status: 403, headers: { server: 'SonicWALL' } },
  { product: 'SonicWall', status: 403, body: 'This request is blocked by the SonicWALL.' },
  {
    product: 'SonicWall',
    status: 200,
    body: html('SonicWALL - Web Site Blocked', '<img src="nsa_banner.gif">'),
  },
  { product: 'Sophos', status: 403, body: html('Error', '<span>Powered by UTM Web Protection</span>') },
  {
    product: 'Sophos',
    status: 403,
    body: html('Blocked', '<a href="http://www.sophos.com">x</a> Access to the requested URL was blocked'),
  },
  { product: 'WatchGuard', status: 403, headers: { server: 'WatchGuard' } },
  {
    product: 'WatchGuard',
    status: 403,
    body: html('Deny', '<p>Request denied by WatchGuard HTTP Proxy.</p>'),
  },
  { product: 'Barracuda', status: 403, headers: { server: 'Barracuda/NGFirewall' } },
  { product: 'Barracuda', status: 302, headers: { server: 'BarracudaHTTP 4.0' } },
  { product: 'Barracuda', status: 403, body: '<h1>Barracuda NextGen Firewall: Forbidden</h1>' },
  {
    product: 'McAfee or Skyhigh Web Gateway',
    status: 403,
    body: html('McAfee Web Gateway - Notification - URL Blocked', ''),
  },
  { product: 'Juniper SRX', status: 403, body: 'Juniper Web Filtering has been set to block this site.' },
  { product: 'Kerio Control', status: 403, headers: { server: 'Kerio Control Embedded Web Server' } },
  {
    product: 'Kerio Control',
    status: 403,
    body: html('Denied', 'This page has been blocked by Kerio Control'),
  },
  redirect('iboss', 'https://10.9.0.1/ibreports/ibp/bp.html?s=1'),
  redirect('iboss', 'http://filter.schools.test/block/restricted.html?fn=proxy'),
  redirect('iboss', 'http://ibossreporter.edutech.test/block/bp.html'),
  redirect('Untangle', 'http://10.9.0.1/web-filter/blockpage?nonce=93842&appid=5'),
  {
    product: 'Untangle',
    status: 200,
    body: '<p><b>This web page is blocked</b> because it violates network policy.</p>',
  },
  redirect('Netsweeper', 'http://lighthouse.test?dpid=1&dpruleid=3&cat=105&dplanguage=-&url=http%3a%2f%2fx'),
  {
    product: 'Netsweeper',
    status: 200,
    body: '<iframe src="http://10.9.0.1/webadmin/deny/index.php?dpid=20&amp;dpruleid=7"></iframe>',
  },
  { product: 'ContentKeeper', status: 403, body: html('Blocked', 'Blocked by ContentKeeper') },
  { product: 'Lightspeed', status: 200, body: html('Lightspeed System - Web Access', '') },
  redirect('RM SafetyNet', 'http://fp.sn.ifl.net/filterpages/3390-59870.htm'),
  redirect('IServ', 'http://iserv.school.test/idesk/inet/block.php?grp=proxy&url=http://x.test/'),
  { product: 'Olfeo', status: 403, headers: { server: 'Olfeo' } },
  { product: 'WireFilter', status: 403, headers: { server: 'Protected by WireFilter 8000' } },
  redirect('VAS Experts SKAT', 'http://vasexperts.ru/test/blocked.php'),
  redirect('Comodo Secure DNS', 'http://warn.recursive.dnsbycomodo.com/?host=crl3.digicert.com'),
  { product: 'Cyberoam', status: 200, body: html('Access Denied', '<b>Cyberoam is securing you.</b>') },
  {
    product: 'Trend Micro',
    status: 403,
    body: html('IWSVA', 'Trend Micro: URL blocked. Blocking rule: corporate'),
  },
  { product: 'Huawei NIP', status: 302, headers: { server: 'V2R2C00-IAE/1.0' } },
  redirect('Akamai Secure Internet Access', 'https://error.etp.akamai.com/?config=1'),
  {
    product: 'Microsoft Forefront TMG',
    status: 403,
    body: 'The Forefront TMG Server denied the specified Uniform Resource Locator (URL). Contact the server administrator.',
  },
  redirect('UrlScan', 'http://known.test/<Rejected-By-UrlScan>?~/'),
  {
    product: 'F5 BIG-IP',
    status: 200,
    body: html(
      'Request Rejected',
      'The requested URL was rejected. Please consult with your administrator.<br>Your support ID is: 1',
    ),
  },
  redirect('Netskope', 'https://contoso.eu.goskope.com/client/block?id=1'),
  { product: 'NextDNS', status: 403, headers: { 'blocked-by': 'NextDNS' } },
  redirect('SafeDNS', 'http://blockpage-cdn.safedns.com/?host=x.test'),
  {
    product: 'Pi-hole',
    status: 200,
    body: '<div><b>Pi-hole</b>: A black hole</div> <h3>Pi-hole: A black hole',
  },
  {
    product: 'Zyxel',
    status: 200,
    body: html('Zyxel Security Cloud-DNS Filter Service Portal', '<div id="app"></div>'),
  },
  {
    product: 'Azure Application Gateway',
    status: 403,
    body:
      '<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n' +
      '<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>',
  },
  { product: 'a proxy that wants a login', status: 407, headers: { 'proxy-authenticate': 'Negotiate' } },
  { product: 'a captive portal', status: 511, body: html('Network login', '') },
];

const AZURE_JSON = { 'content-type': 'application/json; charset=utf-8' };

/** Genuine replies of Azure, of its certificate authorities and of their delivery networks. */
export const GENUINE: readonly Omit<Sample, 'product'>[] = [
  // Storage: blob, table and queue.
  {
    status: 400,
    headers: { server: 'Microsoft-HTTPAPI/2.0', 'x-ms-error-code': 'InvalidQueryParameterValue' },
    body:
      '\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>InvalidQueryParameterValue</Code><Message>Value for one ' +
      'of the query parameters specified in the request URI is invalid.\nRequestId:a3a6c3f2-f01e-0041-5b1c-4d9e00000000' +
      '</Message><QueryParameterName>comp</QueryParameterName></Error>',
  },
  {
    status: 401,
    headers: {
      'www-authenticate':
        'Bearer authorization_uri=https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/oauth2/authorize ' +
        'resource_id=https://storage.azure.com',
    },
    body: '<?xml version="1.0"?><Error><Code>NoAuthenticationInformation</Code><Message>Server failed to authenticate</Message></Error>',
  },
  {
    status: 403,
    headers: {
      server: 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0',
      'x-ms-error-code': 'AuthorizationFailure',
    },
    body: '<Error><Code>AuthorizationFailure</Code><Message>This request is not authorized to perform this operation.</Message></Error>',
  },
  { status: 409, body: '<Error><Code>PublicAccessNotPermitted</Code></Error>' },
  {
    status: 404,
    headers: AZURE_JSON,
    body: '{"odata.error":{"code":"ResourceNotFound","message":{"lang":"en-US","value":"The specified resource does not exist."}}}',
  },
  // Key Vault.
  {
    status: 401,
    headers: { ...AZURE_JSON, 'x-ms-keyvault-region': 'westeurope' },
    body: '{"error":{"code":"Unauthorized","message":"[BearerReadAccessTokenFailed] AKV10000: Request is missing a Bearer or PoP token."}}',
  },
  {
    status: 403,
    headers: AZURE_JSON,
    body: '{"error":{"code":"Forbidden","message":"Client address is not authorized and caller is not a trusted service.","innererror":{"code":"ForbiddenByFirewall"}}}',
  },
  {
    status: 403,
    headers: AZURE_JSON,
    body: '{"error":{"code":"ForbiddenByNsp","message":"The request was forbidden by NSP policy."}}',
  },
  // Event Hubs.
  {
    status: 200,
    headers: { 'content-type': 'application/atom+xml', server: 'Microsoft-HTTPAPI/2.0' },
    body: '<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Publicly Listed Services</title><generator>Service Bus 1.1</generator></feed>',
  },
  {
    status: 401,
    body: '<Error><Code>401</Code><Detail>Ip has been prevented to connect to the endpoint. For more information see: Virtual Network service endpoints TrackingId:0_G20</Detail></Error>',
  },
  // Entra ID.
  {
    status: 200,
    headers: { ...AZURE_JSON, 'x-ms-ests-server': '2.1' },
    body: '{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0","cloud_instance_name":"microsoftonline.com"}',
  },
  {
    status: 302,
    headers: { location: 'https://www.office.com/login#' },
    body: '<html><head><title>Object moved</title></head><body><h2>Object moved to <a href="https://www.office.com/login#">here</a>.</h2></body></html>',
  },
  // The gateway of API Management.
  { status: 404, headers: AZURE_JSON, body: '{ "statusCode": 404, "message": "Resource not found" }' },
  { status: 200, body: '' },
  // HTTP.sys, Azure Front Door, and Azure's own page for a host that it does not serve.
  {
    status: 400,
    headers: { server: 'Microsoft-HTTPAPI/2.0' },
    body: '<HTML><HEAD><TITLE>Bad Request</TITLE></HEAD><BODY><h2>Bad Request - Invalid Hostname</h2><hr><p>HTTP Error 400. The request hostname is invalid.</p></BODY></HTML>',
  },
  {
    status: 404,
    headers: { 'x-azure-ref': '0abc', 'x-cache': 'CONFIG_NOCACHE' },
    body: "<!DOCTYPE html><html><head><title>Microsoft Azure</title></head><body><h2>Our services aren't available right now</h2><p>We're working to restore all services as soon as possible.</p></body></html>",
  },
  {
    status: 404,
    headers: { server: 'Microsoft-IIS/10.0' },
    body: '<title>404 - File or directory not found.</title><h1>Server Error</h1>',
  },
  // Microsoft's PKI and DigiCert behind delivery networks.
  {
    status: 404,
    headers: { server: 'AkamaiNetStorage', via: '1.1 a23-1-1-1.deploy.akamaitechnologies.com (AkamaiGHost)' },
    body: '<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD><BODY><H1>Not Found</H1>The requested URL was not found on this server.</BODY></HTML>',
  },
  {
    status: 403,
    headers: { server: 'AkamaiGHost' },
    body: '<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don\'t have permission to access "http&#58;&#47;&#47;www&#46;microsoft&#46;com&#47;" on this server.<P>Reference&#32;&#35;18&#46;4f2e1602</BODY></HTML>',
  },
  {
    status: 403,
    headers: { server: 'cloudflare', 'cf-ray': '1' },
    body: '<title>Attention Required! | Cloudflare</title>Ray ID: 7d0',
  },
  {
    status: 301,
    headers: { location: 'https://www.microsoft.com/pkiops/certs', server: 'AkamaiGHost' },
  },
  {
    status: 200,
    headers: { 'content-type': 'application/pkix-crl', server: 'ECAcc (frc/4C8E)' },
    body: '0\u0082\u0003 1',
  },
  // Replies that passed a proxy.
  {
    status: 404,
    headers: { via: '1.1 wsa.test:80 (Cisco-WSA/14.0.1), 1.1 gw (squid/5.7)', 'x-cache': 'MISS from gw' },
    body: 'not found',
  },
  { status: 404, headers: { via: '1.1 wf.test (http_scan_byf/3.5.16), 1.1 forcepoint-wcg' } },
  // The Application Gateway of a service of Azure refuses, as its genuine front end.
  {
    status: 403,
    body: '<center><h1>403 Forbidden</h1></center><hr><center>Microsoft-Azure-Application-Gateway/v2</center>',
  },
];

/** Marks with false positives, by the notes of ooni/blocking-fingerprints: a page with one of them only. */
export const AMBIGUOUS: readonly Omit<Sample, 'product'>[] = [
  { status: 403, body: html('Just a moment...', 'Checking your browser before accessing. Ray ID: 1') },
  { status: 403, body: html('Application Blocked', 'Application Blocked') },
  { status: 403, body: html('Denied', 'Please contact your system administrator.') },
  { status: 200, body: '<a href="https://www.fortinet.net/">Fortinet</a>' },
  { status: 302, headers: { location: 'http://login.contoso.test/access?a' } },
  { status: 302, headers: { location: 'http://www.opendns.com/' } },
  { status: 200, body: 'https://support.opendns.com/hc' },
  { status: 403, body: html('Trend Micro', 'a page of Trend Micro') },
  { status: 403, body: html('Sophos', 'www.sophos.com') },
  { status: 302, headers: { location: 'http://x.test/?dpid=7' } },
  { status: 200, body: 'our clients use contoso.goskope.com for inspection' },
];

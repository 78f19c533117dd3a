/** Whether two host names belong to one owner, so that one may redirect to the other. Pure. */

/**
 * Domains of the owners of Azure's endpoints and of the certificate authorities that Azure uses. DigiCert owns the other
 * authorities' domains ("Azure Certificate Authority details", Microsoft; DigiCert's certification practice statement).
 */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  Microsoft: [
    ...['microsoft.com', 'microsoft.net', 'microsoft.cn', 'azure.com', 'azure.net', 'azure.us', 'azure.cn'],
    ...['windows.com', 'windows.net', 'windowsupdate.com', 'windowsazure.com', 'msocsp.com', 'aka.ms'],
    ...['microsoftonline.com', 'microsoftonline.us', 'microsoftonline.cn', 'microsoftmetrics.com'],
    ...['azureedge.net', 'azurefd.net', 'azure-api.net', 'azure-api.us', 'azure-api.cn', 'azurewebsites.net'],
    ...['trafficmanager.net', 'cloudapp.net', 'usgovcloudapi.net', 'chinacloudapi.cn', 'visualstudio.com'],
    ...['live.com', 'office.com', 'office.net', 'office365.com', 'bing.com', 'msn.com', 'msedge.net'],
    ...['a-msedge.net', 'msauth.net', 'msftauth.net', 'microsoftazure.us', 'azuredatacenter.cn'],
  ],
  DigiCert: [
    ...['digicert.com', 'digicert.cn', 'geotrust.com', 'thawte.com', 'rapidssl.com', 'omniroot.com'],
    ...['symcb.com', 'symcd.com', 'quovadisglobal.com', 'digitalcertvalidation.com'],
  ],
};

/** Content delivery networks, whose hosts serve files of any owner. */
const DELIVERY = [
  ...['akamai.net', 'akamaiedge.net', 'akamaized.net', 'akamaihd.net', 'edgesuite.net', 'edgekey.net'],
  ...['akadns.net', 'cloudflare.net', 'fastly.net', 'edgecastcdn.net', 'footprint.net'],
  ...['systemcdn.net', 'omegacdn.net', 'kunlunca.com', 'ccgslb.com', 'cdn20.com', 'wscdns.com'],
];

/** Domains of Azure where each customer publishes pages of its own: web apps, virtual machines and static websites. */
const OF_CUSTOMERS = [
  ...['azurewebsites.net', 'azurewebsites.us', 'chinacloudsites.cn', 'cloudapp.net', 'cloudapp.azure.com'],
  ...['cloudapp.usgovcloudapi.net', 'cloudapp.chinacloudapi.cn', 'web.core.windows.net'],
  ...['web.core.usgovcloudapi.net', 'web.core.chinacloudapi.cn'],
];

/** Public suffixes of two labels that companies use, such as com.cn and co.uk. */
const TWO_LABELS = /^(?:co|com|net|org|gov|edu|ac)\.[a-z]{2}$/;

/** The owner of a host by its name: the company where it is known, else the registered domain. */
export function ownerOf(host: string): string {
  const domain = registeredDomain(host);
  return Object.keys(OWNERS).find((owner) => OWNERS[owner]?.includes(domain)) ?? domain;
}

/** Whether the host belongs to a content delivery network. */
export function isDeliveryNetwork(host: string): boolean {
  return DELIVERY.includes(registeredDomain(host));
}

/** Whether a customer of the cloud runs the host, so that its domain does not show its owner. */
export function isCustomerHost(host: string): boolean {
  return OF_CUSTOMERS.some((domain) => host.toLowerCase().endsWith(`.${domain}`));
}

function registeredDomain(host: string): string {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  return labels.slice(TWO_LABELS.test(labels.slice(-2).join('.')) ? -3 : -2).join('.');
}

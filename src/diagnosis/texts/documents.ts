/** The public documents that causes refer to, each with its address. */

/** “Title: https://…”, joined with semicolons. */
export function see(...documents: readonly string[]): string {
  return documents.join('; ');
}

function learn(title: string, path: string): string {
  return `${title}: https://learn.microsoft.com/${path}`;
}

/** @param part of the RFC, as it stands after the number: `, section 4`, ` (NXDOMAIN)` */
export function rfc(number: number, part = ''): string {
  return `RFC ${number}${part}: https://www.rfc-editor.org/rfc/rfc${number}`;
}

/** A page of the Linux manual. */
export function manual(name: string, section: number): string {
  return `${name}(${section}): https://man7.org/linux/man-pages/man${section}/${name}.${section}.html`;
}

export const NETWORK_REFERENCE = learn(
  'Virtual network configuration reference: API Management',
  'azure/api-management/virtual-network-reference',
);
export const INTERNAL_MODE = learn(
  'Deploy your Azure API Management instance to a virtual network - internal mode',
  'azure/api-management/api-management-using-with-internal-vnet',
);
export const INJECTION_RESOURCES = learn(
  'Virtual network injection resources: Azure API Management',
  'azure/api-management/virtual-network-injection-resources',
);
export const INSTANCE_ADDRESSES = learn(
  'IP addresses of Azure API Management',
  'azure/api-management/api-management-howto-ip-addresses',
);
export const PRIVATE_ZONES = learn(
  'Azure Private Endpoint private DNS zone values',
  'azure/private-link/private-endpoint-dns',
);
export const PRIVATE_DNS_SCENARIOS = learn(
  'Azure Private Endpoint DNS integration scenarios',
  'azure/private-link/private-endpoint-dns-integration',
);
export const PRIVATE_FALLBACK = learn(
  'Fallback to internet for Azure Private DNS zones',
  'azure/dns/private-dns-fallback',
);
export const PERIMETER = learn(
  'What is a network security perimeter?',
  'azure/private-link/network-security-perimeter-concepts',
);
export const NAME_RESOLUTION = learn(
  'Name resolution for resources in Azure virtual networks',
  'azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances',
);
export const TRAFFIC_ROUTING = learn(
  'Virtual network traffic routing',
  'azure/virtual-network/virtual-networks-udr-overview',
);
export const SECURITY_GROUPS = learn(
  'How network security groups filter network traffic',
  'azure/virtual-network/network-security-group-how-it-works',
);
export const SERVICE_ENDPOINTS = learn(
  'Virtual Network service endpoints',
  'azure/virtual-network/virtual-network-service-endpoints-overview',
);
export const DEFAULT_OUTBOUND = learn(
  'Default outbound access in Azure',
  'azure/virtual-network/ip-services/default-outbound-access',
);
export const TCP_TUNING = learn(
  'TCP/IP performance tuning for Azure VMs',
  'azure/virtual-network/virtual-network-tcpip-performance-tuning',
);
export const OUTBOUND_SMTP = learn(
  'Troubleshoot outbound SMTP connectivity problems in Azure',
  'azure/virtual-network/troubleshoot-outbound-smtp-connectivity',
);
export const NAT_GATEWAY = learn(
  'Troubleshoot Azure NAT Gateway connectivity',
  'azure/nat-gateway/troubleshoot-nat-connectivity',
);
export const APPLIANCES = learn(
  'Deploy highly available network virtual appliances',
  'azure/architecture/networking/guide/network-virtual-appliance-high-availability',
);
export const NETWORK_WATCHER = learn(
  'Connection troubleshoot overview: Azure Network Watcher',
  'azure/network-watcher/connection-troubleshoot-overview',
);
export const FIREWALL_RULES = learn('Azure Firewall rule processing logic', 'azure/firewall/rule-processing');
export const FIREWALL_FAQ = learn('Azure Firewall FAQ', 'azure/firewall/firewall-faq');
export const FIREWALL_PREMIUM = learn(
  'Azure Firewall Premium features (TLS inspection)',
  'azure/firewall/premium-features',
);
export const CERTIFICATE_AUTHORITIES = learn(
  'Azure Certificate Authority details',
  'azure/security/fundamentals/azure-certificate-authority-details',
);
export const STORAGE_FIREWALL = learn(
  'Configure Azure Storage firewalls and virtual networks',
  'azure/storage/common/storage-network-security',
);
export const METADATA_SERVICE = learn(
  'Azure Instance Metadata Service',
  'azure/virtual-machines/instance-metadata-service',
);
export const LINUX_TIME = learn('Time sync for Linux VMs in Azure', 'azure/virtual-machines/linux/time-sync');
export const WINDOWS_TIME = learn(
  'Time sync for Windows VMs in Azure',
  'azure/virtual-machines/windows/time-sync',
);
export const LIST_LOCATIONS = learn(
  'az account list-locations',
  'cli/azure/account#az-account-list-locations',
);
export const SERVICE_TAGS =
  'Azure IP Ranges and Service Tags: https://www.microsoft.com/download/details.aspx?id=56519';
export const AMQP =
  'OASIS AMQP 1.0, part 2, section 2.8: https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-transport-v1.0-os.html';
export const LARGE_HELLOS =
  'tldr.fail (Palo Alto Networks has it as PAN-247099, Fortinet as technical tip 357555): https://tldr.fail/';
export const MAIL_INSPECTION =
  'Cisco ASA: Inspection of Basic Internet Protocols (ESMTP): ' +
  'https://www.cisco.com/c/en/us/td/docs/security/asa/asa923/configuration/firewall/asa-923-firewall-config/inspect-basic.html';
export const OPEN_FILES =
  'systemd.exec(5), LimitNOFILE=: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html';

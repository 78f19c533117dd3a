// A test VM with apim-probe in an existing subnet: no rule changed, nothing else touched.
// Deploy it as a deployment stack, so that it can be removed again as one: install/README.md has both lines.
targetScope = 'resourceGroup'

@description('Resource id of the subnet that API Management is to live in.')
param subnetId string

@description('The archive with the agent and its installer; a blob, read with the identity below, or a URL with a SAS.')
@secure()
param archiveUrl string

@description('SHA-256 of the archive, in hexadecimal.')
@minLength(64)
@maxLength(64)
param archiveSha256 string

@description('Options of the runs, with the keys of a config file.')
param config object = {}

@description('Name of the VM, and the beginning of the names of its disk, interface and public address.')
@maxLength(50)
param vmName string = 'apim-probe'

// In a private subnet, the default of virtual networks made with the newest API since 2026-03-31, a VM without a public
// address reaches nothing public but Storage of its region. The instance leaves by a public address of its own, so such a
// VM would show a loss that the instance does not have. The address is of the SKU Standard, which admits nothing from
// outside without a rule, and no rule is made.
// It does not help where a 0.0.0.0/0 route leads to an appliance, and where a policy forbids public addresses on
// interfaces: say false there.
@description('Whether the VM gets a public address, to send from. No inbound rule is made.')
param publicIp bool = true

@description('The region of the subnet.')
param location string = resourceGroup().location

@description('Any x64 size with 1 GiB or more; the archive holds the executable for x64.')
param vmSize string = 'Standard_B2s'

@description('Public key of an administrator. Without one no user can log in, and only run-command reaches the VM.')
param sshPublicKey string = ''

@description('Resource id of a user-assigned identity that may read the archive and write reports. Without one the VM gets an identity of its own, which has no rights yet when it starts.')
param identityId string = ''

@description('Azure demands a password or a key. This one is random, and is neither shown nor kept.')
@secure()
param unusedPassword string = newGuid()

var adminName = 'probe'

// The two lines in braces of cloud-init.yaml are examples that stand for these.
var exampleConfig = '{"storage":["contosostore"],"sql":["contososql"],"keyVault":["contosovault"]}'
var exampleArchive = '{"url":"https://contosostore.blob.core.windows.net/apim-probe/apim-probe.tar.gz","sha256":"0000000000000000000000000000000000000000000000000000000000000000"}'
var cloudInit = replace(
  replace(loadTextContent('cloud-init.yaml'), exampleConfig, string(config)),
  exampleArchive,
  string({ url: archiveUrl, sha256: archiveSha256 })
)

var withKey = {
  disablePasswordAuthentication: true
  ssh: { publicKeys: [{ path: '/home/${adminName}/.ssh/authorized_keys', keyData: sshPublicKey }] }
}
var ownIdentity = { type: 'SystemAssigned' }
var givenIdentity = { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
var withPassword = { disablePasswordAuthentication: false }

resource address 'Microsoft.Network/publicIPAddresses@2023-09-01' = if (publicIp) {
  name: '${vmName}-ip'
  location: location
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static', publicIPAddressVersion: 'IPv4' }
}

resource nic 'Microsoft.Network/networkInterfaces@2023-09-01' = {
  name: '${vmName}-nic'
  location: location
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig'
        properties: {
          subnet: { id: subnetId }
          privateIPAllocationMethod: 'Dynamic'
          publicIPAddress: publicIp ? { id: address.id, properties: { deleteOption: 'Delete' } } : null
        }
      }
    ]
  }
}

resource vm 'Microsoft.Compute/virtualMachines@2023-09-01' = {
  name: vmName
  location: location
  identity: empty(identityId) ? ownIdentity : givenIdentity
  properties: {
    hardwareProfile: { vmSize: vmSize }
    storageProfile: {
      imageReference: { publisher: 'Debian', offer: 'debian-12', sku: '12-gen2', version: 'latest' }
      osDisk: {
        name: '${vmName}-disk'
        createOption: 'FromImage'
        // The disk is deleted with the VM: a stack does not manage it.
        deleteOption: 'Delete'
        managedDisk: { storageAccountType: 'StandardSSD_LRS' }
      }
    }
    osProfile: {
      computerName: vmName
      adminUsername: adminName
      adminPassword: empty(sshPublicKey) ? 'Aa1-${unusedPassword}' : null
      customData: base64(cloudInit)
      linuxConfiguration: empty(sshPublicKey) ? withPassword : withKey
    }
    networkProfile: {
      networkInterfaces: [{ id: nic.id, properties: { deleteOption: 'Delete' } }]
    }
    diagnosticsProfile: { bootDiagnostics: { enabled: true } }
  }
}

output vmId string = vm.id
output privateAddress string = nic.properties.ipConfigurations[0].properties.privateIPAddress

// A storage account without keys. Each app has one of its own: who writes there decides what code the app runs.
import { PrivateLinks, Texts } from 'types.bicep'

param location string
param tags Texts
param name string
param workspaceId string

@description('The subnet of the private endpoints and the DNS zone of each service; without it the account is on the public network.')
param privateLinks PrivateLinks?

@description('The containers that it has.')
param containers string[]

@description('Which of its services get a private endpoint: blob, queue, table.')
param services string[]

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateLinks == null ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateLinks == null ? 'Allow' : 'Deny'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = [
  for container in containers: {
    parent: blobs
    name: container
    properties: {
      publicAccess: 'None'
    }
  }
]

module endpoints 'private-endpoint.bicep' = [
  for service in services: if (privateLinks != null) {
    name: '${name}-${service}'
    params: {
      location: location
      tags: tags
      name: '${name}-${service}'
      subnetId: privateLinks!.subnetId
      targetId: account.id
      groupId: service
      dnsZoneId: privateLinks!.zoneIds[service]
    }
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'pgmedic'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

output id string = account.id
output name string = account.name
output blobEndpoint string = account.properties.primaryEndpoints.blob

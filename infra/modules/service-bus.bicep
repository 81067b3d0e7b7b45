// The queues between the zones. Their names are those of shared/contracts/messages.ts.
import { PrivateLink, Texts } from 'types.bicep'

param location string
param tags Texts
param name string
param workspaceId string

@description('Where the private endpoint goes; needs Premium.')
param privateLink PrivateLink?

@description('Premium can be closed to the public network; Standard cannot, and is guarded by identities alone.')
param sku 'Standard' | 'Premium'

// A run's messages are small and few. What a consumer could not take ten times goes to the dead letters, which the sweep reads.
var queueNames = ['runs', 'run-events', 'approvals']

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    tier: sku
    capacity: sku == 'Premium' ? 1 : null
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: sku == 'Premium' && privateLink != null ? 'Disabled' : 'Enabled'
  }
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = [
  for queueName in queueNames: {
    parent: namespace
    name: queueName
    properties: {
      requiresDuplicateDetection: true
      // The outbox repeats a send within minutes; ten of them are Azure's own default and what the local broker has.
      duplicateDetectionHistoryTimeWindow: 'PT10M'
      lockDuration: 'PT1M'
      maxDeliveryCount: 10
      deadLetteringOnMessageExpiration: true
      defaultMessageTimeToLive: 'P14D'
      maxSizeInMegabytes: 1024
      requiresSession: false
    }
  }
]

module endpoint 'private-endpoint.bicep' = if (sku == 'Premium' && privateLink != null) {
  name: '${name}-endpoint'
  params: {
    location: location
    tags: tags
    name: '${name}-namespace'
    subnetId: privateLink!.subnetId
    targetId: namespace.id
    groupId: 'namespace'
    dnsZoneId: privateLink!.zoneId
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'pgmedic'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

output id string = namespace.id
output name string = namespace.name
output hostName string = '${namespace.name}.servicebus.windows.net'

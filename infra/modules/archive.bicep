// The audit archive: blobs that can be added to, but neither changed nor deleted before their time, by nobody.
import { PrivateLinks, Texts } from 'types.bicep'

param location string
param tags Texts
param name string
param workspaceId string

param privateLinks PrivateLinks?

@description('Days that an entry cannot be deleted.')
param retentionDays int

@description('A locked policy refuses to be written again, even as it is.')
param isPolicyLocked bool

@description('production: a lock against deletion of the account.')
param protection 'development' | 'production'

module storage 'storage.bicep' = {
  name: '${name}-storage'
  params: {
    location: location
    tags: tags
    name: name
    workspaceId: workspaceId
    containers: ['audit']
    services: ['blob']
    privateLinks: privateLinks
  }
}

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: name
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' existing = {
  parent: account
  name: 'default'
}

resource audit 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' existing = {
  parent: blobs
  name: 'audit'
}

// Appending stays allowed: the hash chain of an incident is one append blob, and the daily roots are another. The policy is left unlocked so that a mistake in the number of
// days can be mended; locking it is one command in infra/README.md and cannot be taken back.
resource policy 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2026-04-01' = if (!isPolicyLocked) {
  parent: audit
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: retentionDays
    allowProtectedAppendWrites: true
  }
  dependsOn: [storage]
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (protection == 'production') {
  name: 'audit'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the audit archive.'
  }
  dependsOn: [storage]
}

output name string = storage.outputs.name
output blobEndpoint string = storage.outputs.blobEndpoint

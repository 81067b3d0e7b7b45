// Every right that an app has within PgMedic's own resource group, for one app. What is not here, it may not.
// Rights on the watched servers are in server-access.bicep; inside PostgreSQL they are grants (infra/sql).
@description('The trust zone of the app.')
param zone 'ingest' | 'api' | 'runner' | 'all'
param principalId string
param appStorageName string
param archiveName string
param insightsName string
param vaultName string

@description('Whether the app\'s settings name secrets of the vault.')
param readsSecrets bool
param busName string
param cosmosName string
param databaseName string

// Built-in roles; the numbers are the same in every tenant.
var roleIds = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  busSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  busReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  secretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
}
var cosmosWriterId = '00000000-0000-0000-0000-000000000002'
var cosmosReaderId = '00000000-0000-0000-0000-000000000001'

var runs = zone == 'runner' || zone == 'all'
// The host keeps its locks and its packages in blobs; Durable Functions also needs queues and tables.
var storageRoles = concat(
  [roleIds.blobDataOwner],
  runs ? [roleIds.queueDataContributor, roleIds.tableDataContributor] : []
)
var queueNames = ['runs', 'run-events', 'approvals']
var sendsTo = {
  ingest: ['runs']
  api: ['runs', 'approvals']
  runner: queueNames
  all: queueNames
}
var receivesFrom = {
  ingest: []
  api: []
  runner: queueNames
  all: queueNames
}
var containerNames = map(loadJsonContent('../cosmos-containers.json'), container => container.id)
var writes = {
  ingest: ['alerts', 'incidents']
  api: ['alerts', 'incidents', 'servers', 'instructions', 'system']
  runner: containerNames
  all: containerNames
}
var reads = {
  ingest: ['servers']
  api: ['baselines', 'memory']
  runner: []
  all: []
}

resource appStorage 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: appStorageName
}

resource storageRights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in storageRoles: {
    name: guid(appStorage.id, principalId, roleId)
    scope: appStorage
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
    }
  }
]

resource archive 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: archiveName
}

resource archiveBlobs 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' existing = {
  parent: archive
  name: 'default'
}

resource audit 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' existing = {
  parent: archiveBlobs
  name: 'audit'
}

// Every built-in role that may write a blob may also overwrite and delete it. This one creates append blobs and adds blocks to them:
// what the policy does not protect yet, or not any more, is safe from the app as well.
resource archiveRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (runs) {
  name: guid(resourceGroup().id, 'archive', zone)
  properties: {
    roleName: '${archiveName}: append to the audit archive'
    description: 'Reads and lists blobs, creates append blobs and adds blocks to them.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'
        ]
      }
    ]
  }
}

resource archiveRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (runs) {
  name: guid(audit.id, principalId, 'archive')
  scope: audit
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: archiveRole!.id
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource telemetryRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, roleIds.metricsPublisher)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.metricsPublisher)
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
}

resource secretRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (readsSecrets) {
  name: guid(vault.id, principalId, roleIds.secretsUser)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.secretsUser)
  }
}

resource bus 'Microsoft.ServiceBus/namespaces@2026-01-01' existing = {
  name: busName
}

resource sendQueues 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' existing = [
  for queueName in sendsTo[zone]: {
    parent: bus
    name: queueName
  }
]

resource sendRights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queueName, i) in sendsTo[zone]: {
    name: guid(sendQueues[i].id, principalId, roleIds.busSender)
    scope: sendQueues[i]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.busSender)
    }
  }
]

resource receiveQueues 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' existing = [
  for queueName in receivesFrom[zone]: {
    parent: bus
    name: queueName
  }
]

resource receiveRights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queueName, i) in receivesFrom[zone]: {
    name: guid(receiveQueues[i].id, principalId, roleIds.busReceiver)
    scope: receiveQueues[i]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.busReceiver)
    }
  }
]

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {
  name: cosmosName
}

// The client reads the account's regions, and the health check reads the database, before any document is read.
resource metadataRole 'Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions@2026-03-15' = {
  parent: cosmos
  name: guid(cosmos.id, 'metadata', zone)
  properties: {
    roleName: 'PgMedic ${zone}: metadata'
    type: 'CustomRole'
    assignableScopes: [cosmos.id]
    permissions: [
      {
        dataActions: ['Microsoft.DocumentDB/databaseAccounts/readMetadata']
      }
    ]
  }
}

resource metadataRight 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = {
  parent: cosmos
  name: guid(cosmos.id, principalId, 'metadata')
  properties: {
    principalId: principalId
    roleDefinitionId: metadataRole.id
    scope: cosmos.id
  }
}

// Cosmos DB changes the roles of an account one at a time, and refuses what comes meanwhile.
@batchSize(1)
resource writeRights 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = [
  for container in writes[zone]: {
    parent: cosmos
    name: guid(cosmos.id, principalId, cosmosWriterId, container)
    properties: {
      principalId: principalId
      roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${cosmosWriterId}'
      scope: '${cosmos.id}/dbs/${databaseName}/colls/${container}'
    }
    dependsOn: [metadataRight]
  }
]

@batchSize(1)
resource readRights 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = [
  for container in reads[zone]: {
    parent: cosmos
    name: guid(cosmos.id, principalId, cosmosReaderId, container)
    properties: {
      principalId: principalId
      roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${cosmosReaderId}'
      scope: '${cosmos.id}/dbs/${databaseName}/colls/${container}'
    }
    dependsOn: [writeRights]
  }
]

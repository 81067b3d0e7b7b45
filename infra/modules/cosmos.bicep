// Cosmos DB: the containers of infra/cosmos-containers.json. Only identities may read or write; there is no key to leak.
import { PrivateLink, Texts } from 'types.bicep'

param location string
param tags Texts
param name string
param databaseName string
param workspaceId string

@description('Where the private endpoint goes; without one the account is on the public network.')
param privateLink PrivateLink?

@description('production: thirty days of continuous backup, zone redundancy and a lock against deletion.')
param protection 'development' | 'production'

// One definition for the local cloud, the code's test and Azure.
var containers = loadJsonContent('../cosmos-containers.json')

// Seconds. Receipts of alerts prove for 90 days that an alert came. Documents that end sooner carry a ttl of their own: readings (two hours), baselines (90 days after they were written last),
// and in `system` answers (a day), conversations (30 days) and dead letters (90 days); the rest of `system` stays. Incidents and their audit entries stay: the archive outlives them, but the dashboard reads these. What is remembered stays as well: a kilobyte a run.
var ttlOf = {
  alerts: 7776000
  baselines: 2592000
  system: -1
}

// Bodies that nobody searches by are not indexed: payloads of alerts, evidence, readings, figures of past runs.
var unindexed = {
  alerts: ['/payload/*']
  incidents: ['/evidence/*', '/timeline/*', '/outbox/*']
  memory: ['/action/*', '/alert/*', '/effect/*', '/statements/*']
  baselines: [
    '/statements/*'
    '/tables/*'
    '/indexes/*'
    '/buckets/*'
    '/trend/*'
    '/running/*'
    '/latest/*'
    '/anomalies/*'
  ]
  system: ['/body/*']
}

resource account 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: privateLink == null ? 'Enabled' : 'Disabled'
    capabilities: [
      {
        name: 'EnableServerless'
      }
    ]
    // The gate of an incident is an ETag, which holds in any consistency; a session reads its own writes.
    consistencyPolicy: {
      defaultConsistencyLevel: 'Session'
    }
    locations: [
      {
        locationName: location
        failoverPriority: 0
        isZoneRedundant: protection == 'production'
      }
    ]
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: {
        tier: protection == 'production' ? 'Continuous30Days' : 'Continuous7Days'
      }
    }
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2026-03-15' = {
  parent: account
  name: databaseName
  properties: {
    resource: {
      id: databaseName
    }
  }
}

resource documents 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2026-03-15' = [
  for container in containers: {
    parent: database
    name: container.id
    properties: {
      resource: {
        id: container.id
        partitionKey: {
          kind: 'Hash'
          version: 2
          paths: [container.partitionKey]
        }
        defaultTtl: ttlOf[?container.id]
        indexingPolicy: {
          automatic: true
          indexingMode: 'consistent'
          includedPaths: [
            {
              path: '/*'
            }
          ]
          excludedPaths: map(
            union(['/"_etag"/?'], unindexed[?container.id] ?? []),
            path => { path: path }
          )
        }
      }
    }
  }
]

module endpoint 'private-endpoint.bicep' = if (privateLink != null) {
  name: '${name}-endpoint'
  params: {
    location: location
    tags: tags
    name: '${name}-sql'
    subnetId: privateLink!.subnetId
    targetId: account.id
    groupId: 'Sql'
    dnsZoneId: privateLink!.zoneId
  }
  // The account takes one change at a time.
  dependsOn: [documents]
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (protection == 'production') {
  name: 'records'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds incidents, decisions and standing consents. Remove the lock only to tear PgMedic down.'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'pgmedic'
  scope: account
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'ControlPlaneRequests'
        enabled: true
      }
    ]
  }
}

output id string = account.id
output name string = account.name
output endpoint string = account.properties.documentEndpoint

// One Function app on Flex Consumption: the same package in every zone; the setting PGMEDIC_APP decides what it registers.
import { Texts } from 'types.bicep'

param location string
param tags Texts
param name string

@description('The trust zone.')
param zone 'ingest' | 'api' | 'runner' | 'all'
param identityId string
param identityClientId string

@description('Identities that the app may take on beside its own: the two PostgreSQL roles of the runner.')
param roleIdentityIds string[]
param subnetId string
param storageName string
param storageBlobEndpoint string
param insightsConnectionString string
param workspaceId string

@description('What the zone needs beyond the settings of the platform.')
param settings Texts

var deploymentContainer = 'releases'
// The planner clone of the runner needs up to 700 MB beside Node itself; the other zones only parse and forward.
var needsMemory = zone == 'runner' || zone == 'all'
// An alert must not wait for a cold start, and a run must not wait for somebody to wake its host. The dashboard may.
var alwaysReadyOf = {
  ingest: ['http']
  api: []
  runner: ['durable']
  all: ['http', 'durable']
}
var platformSettings = {
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  // Which identity the clients of the code sign in as.
  AZURE_CLIENT_ID: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': zone })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: toObject(union([identityId], roleIdentityIds), id => id, id => {})
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    outboundVnetRouting: {
      allTraffic: true
    }
    keyVaultReferenceIdentity: identityId
    // Flex Consumption has no FTP, and refuses a setting about it.
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      // The runner answers no HTTP: only the deployment endpoint, which takes Entra tokens alone, stays open.
      ipSecurityRestrictionsDefaultAction: zone == 'runner' ? 'Deny' : 'Allow'
      scmIpSecurityRestrictionsDefaultAction: 'Allow'
      scmIpSecurityRestrictionsUseMain: false
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storageBlobEndpoint}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '22'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: needsMemory ? 2048 : 512
        maximumInstanceCount: 40
        alwaysReady: map(alwaysReadyOf[zone], group => { name: group, instanceCount: 1 })
      }
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(platformSettings, { PGMEDIC_APP: zone }, settings)
}

// Publishing passwords are off: packages come with an Entra token.
resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'pgmedic'
  scope: app
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
    ]
  }
}

output name string = app.name
output hostName string = app.properties.defaultHostName

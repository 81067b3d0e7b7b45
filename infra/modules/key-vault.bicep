// The vault is for what people put into it: passwords of servers that do not take Entra tokens. PgMedic itself has no secret.
import { PrivateLink, Texts } from 'types.bicep'

param location string
param tags Texts
param name string

@description('Where the private endpoint goes; without one the vault is on the public network.')
param privateLink PrivateLink?

@description('Who reads a secret, and when, is kept there.')
param workspaceId string

@description('production: a deleted vault can be brought back for 90 days, and its name is not free before.')
param protection 'development' | 'production'

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: protection == 'production' ? 90 : 7
    // It can be switched on and never off.
    enablePurgeProtection: protection == 'production' ? true : null
    publicNetworkAccess: privateLink == null ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateLink == null ? 'Allow' : 'Deny'
    }
  }
}

module endpoint 'private-endpoint.bicep' = if (privateLink != null) {
  name: '${name}-endpoint'
  params: {
    location: location
    tags: tags
    name: '${name}-vault'
    subnetId: privateLink!.subnetId
    targetId: vault.id
    groupId: 'vault'
    dnsZoneId: privateLink!.zoneId
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'pgmedic'
  scope: vault
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

output name string = vault.name
output uri string = vault.properties.vaultUri

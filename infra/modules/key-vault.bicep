// The vault holds the one secret that there is: what the front proves itself to the api app with.
import { PrivateLink, Texts } from 'types.bicep'

param location string
param tags Texts
param name string
param workspaceId string

@description('Where the private endpoint goes; without one the vault is on the public network.')
param privateLink PrivateLink?

@secure()
param frontProof string

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
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: privateLink == null ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateLink == null ? 'Allow' : 'Deny'
    }
  }
}

resource proof 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: vault
  name: 'front-proof'
  properties: {
    value: frontProof
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
@description('The address of the secret, as an app setting names it.')
output frontProofReference string = '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/${proof.name})'

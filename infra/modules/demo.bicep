// A server to try PgMedic on, and a shop that keeps it busy. Nobody but Entra identities signs in, and only from the network.
import { DatabaseAdmin, Texts } from 'types.bicep'

param location string
param tags Texts
param name string
param networkId string
param postgresSubnetId string
param workloadSubnetId string
param admins DatabaseAdmin[]

@description('The workload\'s identity: it creates and uses the shop.')
param workloadIdentityId string
param workloadIdentityName string
param workloadClientId string
param workloadPrincipalId string

// The private zone of a server within a subnet must end in this.
resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: '${name}.private.postgres.database.azure.com'
  location: 'global'
  tags: tags
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zone
  name: name
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: networkId
    }
  }
}

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Standard_D2ds_v5'
    tier: 'GeneralPurpose'
  }
  properties: {
    version: '18'
    storage: {
      storageSizeGB: 64
      autoGrow: 'Enabled'
    }
    authConfig: {
      activeDirectoryAuth: 'Enabled'
      passwordAuth: 'Disabled'
      tenantId: tenant().tenantId
    }
    backup: {
      backupRetentionDays: 7
      geoRedundantBackup: 'Disabled'
    }
    highAvailability: {
      mode: 'Disabled'
    }
    network: {
      publicNetworkAccess: 'Disabled'
      delegatedSubnetResourceId: postgresSubnetId
      privateDnsZoneArmResourceId: zone.id
    }
  }
  dependsOn: [link]
}

resource shop 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2025-08-01' = {
  parent: server
  name: 'shop'
  properties: {
    charset: 'UTF8'
    collation: 'en_US.utf8'
  }
}

// The server takes one change at a time: each waits for the one before.
var parameters = [
  {
    name: 'azure.extensions'
    value: 'PG_STAT_STATEMENTS,PGSTATTUPLE,PG_BUFFERCACHE,PG_TRGM'
  }
  {
    name: 'pg_stat_statements.track'
    value: 'TOP'
  }
  {
    name: 'track_io_timing'
    value: 'ON'
  }
  {
    name: 'metrics.collector_database_activity'
    value: 'ON'
  }
  {
    name: 'metrics.autovacuum_diagnostics'
    value: 'ON'
  }
]

@batchSize(1)
resource settings 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = [
  for item in parameters: {
    parent: server
    name: item.name
    properties: {
      value: item.value
      source: 'user-override'
    }
    dependsOn: [shop]
  }
]

@batchSize(1)
resource administrators 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2025-08-01' = [
  for admin in admins: {
    parent: server
    name: admin.objectId
    properties: {
      principalName: admin.name
      principalType: admin.type
      tenantId: tenant().tenantId
    }
    dependsOn: [settings]
  }
]

// Apart from the others: how many there are must be known before the identity is, or a what-if shows nothing of this module.
resource workloadAdministrator 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2025-08-01' = {
  parent: server
  name: workloadPrincipalId
  properties: {
    principalName: workloadIdentityName
    principalType: 'ServicePrincipal'
    tenantId: tenant().tenantId
  }
  dependsOn: [administrators]
}

resource jobEnvironment 'Microsoft.App/managedEnvironments@2026-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    vnetConfiguration: {
      internal: true
      infrastructureSubnetId: workloadSubnetId
    }
    publicNetworkAccess: 'Disabled'
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
  }
}

resource workload 'Microsoft.App/jobs@2026-01-01' = {
  name: '${name}-workload'
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${workloadIdentityId}': {}
    }
  }
  properties: {
    environmentId: jobEnvironment.id
    workloadProfileName: 'Consumption'
    configuration: {
      // Started by hand, as long as somebody wants to look at it: az containerapp job start.
      triggerType: 'Manual'
      replicaTimeout: 7200
      replicaRetryLimit: 0
      manualTriggerConfig: {
        parallelism: 1
        replicaCompletionCount: 1
      }
    }
    template: {
      containers: [
        {
          name: 'shop'
          image: 'mcr.microsoft.com/azure-cli:2.75.0'
          command: ['/bin/bash', '-c', loadTextContent('../demo-workload.sh')]
          resources: {
            cpu: json('0.5')
            memory: '1Gi'
          }
          env: [
            {
              name: 'PGHOST'
              value: server.properties.fullyQualifiedDomainName
            }
            {
              name: 'PGDATABASE'
              value: shop.name
            }
            {
              name: 'PGUSER'
              value: workloadIdentityName
            }
            {
              name: 'PGSSLMODE'
              value: 'require'
            }
            {
              name: 'AZURE_CLIENT_ID'
              value: workloadClientId
            }
            {
              // A line each: the name of a group may hold any other character.
              name: 'SHOP_ADMINS'
              value: join(map(admins, admin => admin.name), '\n')
            }
          ]
        }
      ]
    }
  }
  dependsOn: [workloadAdministrator]
}

output serverName string = server.name

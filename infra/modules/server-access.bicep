// In a watched server's own resource group: the runner may read its metrics and alerts, and where allowed change its parameters and its size.
param serverName string

@description('The runner\'s identity.')
param principalId string

@description('The role that may change server parameters, for a server where PgMedic may.')
param parameterRoleId string?

@description('The role that may change the size of a server, for a server where PgMedic may.')
param scaleRoleId string?

@description('The log workspace to which the server sends its logs.')
param workspaceId string

var monitoringReader = '43d0d8ad-25c7-4714-9337-8ba259a9fe05'

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' existing = {
  name: serverName
}

resource right 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(server.id, principalId, monitoringReader)
  scope: server
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringReader)
  }
}

resource parameterRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (parameterRoleId != null) {
  name: guid(server.id, principalId, 'parameters')
  scope: server
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: parameterRoleId!
  }
}

resource scaleRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (scaleRoleId != null) {
  name: guid(server.id, principalId, 'size')
  scope: server
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: scaleRoleId!
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'pgmedic'
  scope: server
  properties: {
    workspaceId: workspaceId
    // A table of its own (PGSQLServerLogs), with columns for what else a message says.
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      {
        category: 'PostgreSQLLogs'
        enabled: true
      }
    ]
  }
}

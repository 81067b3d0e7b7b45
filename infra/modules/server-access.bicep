// In a watched server's own resource group: the runner may read its metrics, alerts and logs' settings, and nothing more.
param serverName string

@description('The runner\'s identity.')
param principalId string

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

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'pgmedic'
  scope: server
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'PostgreSQLLogs'
        enabled: true
      }
    ]
  }
}

// In a watched server's subscription: what the runner asks of the subscription, not of the server, so that a right on the server alone does
// not reach it. Metrics are asked for in batches; operations, by which changes end, belong to a region.
targetScope = 'subscription'

@description('The runner\'s identity.')
param principalId string

@description('The role that may read metrics.')
param metricsRoleId string

@description('The role that may read operations of PostgreSQL Flexible Servers, where a server of the subscription may be changed.')
param operationRoleId string?

resource metricsRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, 'metrics')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: metricsRoleId
  }
}

resource operationRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (operationRoleId != null) {
  name: guid(subscription().id, principalId, 'operations')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: operationRoleId!
  }
}

// In a watched server's subscription: the runner may see how the changes end that it began. Operations belong to a region of the
// subscription, not to a server, so that a right on the server alone does not reach them.
targetScope = 'subscription'

@description('The runner\'s identity.')
param principalId string

@description('The role that may read operations of PostgreSQL Flexible Servers.')
param operationRoleId string

resource right 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, 'operations')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: operationRoleId
  }
}

// An identity of its own for each purpose: it lives longer than the app that uses it, so that its grants can be made first.
import { Texts } from 'types.bicep'

param location string
param tags Texts
param name string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output name string = identity.name
output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId

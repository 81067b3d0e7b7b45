// The dashboard. Its /api is the api app, linked by its own module once that exists.
import { Texts } from 'types.bicep'

@description('Static Web Apps exist in few regions; content is served worldwide from any of them.')
param location string
param tags Texts
param name string

resource web 'Microsoft.Web/staticSites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'web' })
  // Linking an app of one's own needs Standard.
  sku: {
    name: 'Standard'
    tier: 'Standard'
  }
  properties: {
    // A pull request's preview could not reach the linked app, and must not be a second way to the dashboard.
    stagingEnvironmentPolicy: 'Disabled'
    allowConfigFileUpdates: true
    publicNetworkAccess: 'Enabled'
  }
}

output name string = web.name
output hostName string = web.properties.defaultHostname

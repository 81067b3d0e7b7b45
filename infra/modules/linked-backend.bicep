// The api app behind the dashboard's /api.
param staticWebName string
param backendId string
param backendLocation string

resource web 'Microsoft.Web/staticSites@2025-03-01' existing = {
  name: staticWebName
}

resource backend 'Microsoft.Web/staticSites/linkedBackends@2025-03-01' = {
  parent: web
  name: 'api'
  properties: {
    backendResourceId: backendId
    region: backendLocation
  }
}

// The api app behind the dashboard's /api, and the platform's check that a call comes from there.
param staticWebName string
param appName string
param appLocation string

@description('Paths that callers with a token of their own reach directly: the alerts, where one app does everything, and the MCP tools.')
param openPaths string[]

resource web 'Microsoft.Web/staticSites@2025-03-01' existing = {
  name: staticWebName
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName
}

resource backend 'Microsoft.Web/staticSites/linkedBackends@2025-03-01' = {
  parent: web
  name: 'api'
  properties: {
    backendResourceId: app.id
    region: appLocation
  }
}

// Linking writes settings of its own: these come after it. The provider must stay among them, or the link is undone.
resource authentication 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
      excludedPaths: openPaths
    }
    identityProviders: {
      azureStaticWebApps: {
        enabled: true
        registration: {
          clientId: web.properties.defaultHostname
        }
      }
    }
    login: {
      tokenStore: {
        enabled: false
      }
    }
  }
  dependsOn: [backend]
}

// Everything that PgMedic needs in Azure. Read from top to bottom: network, stores, identities, apps, dashboard, alerts.
targetScope = 'subscription'

import { DatabaseAdmin, WatchedServer } from 'modules/types.bicep'

@description('A short name of this installation, such as dev or prod; part of every name.')
@minLength(2)
@maxLength(10)
param environmentName string

param location string

@description('Where the dashboard\'s resource is kept: Static Web Apps exist in few regions.')
@allowed(['centralus', 'eastasia', 'eastus2', 'westeurope', 'westus2'])
param staticWebLocation string

@description('zones: three apps that trust each other with little. all: one app, for a small installation.')
param topology 'zones' | 'all' = 'zones'

@description('Whether documents, storage and secrets are closed to the public network.')
param isPrivate bool = true

@description('Premium can be closed to the public network too; Standard is guarded by identities alone.')
param serviceBusSku 'Standard' | 'Premium' = 'Standard'

@description('production: longer backups, zone redundancy, locks against deletion.')
param protection 'development' | 'production'

@description('on stops every action at once, whatever the documents say.')
param killSwitch 'on' | 'off' = 'off'

@description('The application id URI of the ingest application in Entra ID: api:// and its client id.')
param ingestAudience string

@description('The client id of that application: what its tokens are for.')
param ingestClientId string

@description('The client ids of applications that may post alerts as Alertmanager; each needs the role PgMedicAlertSource as well.')
param prometheusAppIds string[] = []

@description('The client ids of applications that may post alerts as Grafana; each needs the role PgMedicAlertSource as well.')
param grafanaAppIds string[] = []

@description('The object id of that application, not of its service principal: the action group asks for it.')
param ingestObjectId string

@description('The client id of the application whose tokens agents show at the MCP endpoint; its app roles are reader and operator. Empty: there is no such endpoint.')
param mcpClientId string = ''

@description('Who is told when PgMedic itself is unwell or dear.')
@minLength(1)
param pagerEmails string[]

@description('In the currency of the subscription, a month.')
@minValue(1)
param monthlyBudget int

@description('The first day of the month of the first deployment, such as 2026-11-01; it stays as it is afterwards.')
param budgetStartDate string

param watchedServers WatchedServer[] = []

@description('Whether a server to try PgMedic on is deployed, with a workload.')
param hasDemo bool = false

@description('Who administers the demo server.')
param demoAdmins DatabaseAdmin[] = []

@description('Days that an audit entry cannot be deleted.')
@minValue(1)
@maxValue(3650)
param auditRetentionDays int = 365

@description('Whether the archive\'s policy has been locked: then it cannot be changed any more, and is left alone.')
param isAuditPolicyLocked bool = false

@description('The Cosmos DB account, where it is not the one of this installation\'s name: after a restore.')
param cosmosAccountName string = ''

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

// Tokens are asked for under it: for api.loganalytics.azure.com a managed identity got none (MicrosoftDocs/azure-docs#104988).
@description('Where Log Analytics is asked; another one in national clouds.')
param logsEndpoint string = 'https://api.loganalytics.io'

@description('The domain of PostgreSQL servers; another one in national clouds.')
param postgresDomain string = 'postgres.database.azure.com'

@description('Gigabytes of logs a day at most.')
@minValue(1)
param logQuotaGb int = 2

@description('Room of the network: at least a /23.')
param addressRange string = '10.60.0.0/23'

@description('Settings of the runner whose values people put into the vault, such as the password of a server that takes no Entra token: SHOP_PASSWORD is the secret shop-password.')
param vaultSettings string[] = []

@description('Seconds of the first window in which an action is verified, and how many windows there are.')
param verifySeconds int = 300
param verifyWindows int = 5
param followUpSeconds int = 86400
param proposalExpirySeconds int = 259200

@description('Where people are told of incidents: settings of the runner whose values people put into the vault. PGMEDIC_NOTIFY_SLACK_URL is the secret pgmedic-notify-slack-url.')
param notifySettings ('PGMEDIC_NOTIFY_SLACK_URL' | 'PGMEDIC_SLACK_TOKEN' | 'PGMEDIC_NOTIFY_TEAMS_URL' | 'PGMEDIC_NOTIFY_PAGERDUTY_KEY' | 'PGMEDIC_NOTIFY_WEBHOOK_URL' | 'PGMEDIC_NOTIFY_WEBHOOK_SECRET')[] = []

@description('The least grave severity that people are told of, and the least grave one that pages them through PagerDuty.')
param notifyLowest 'Sev0' | 'Sev1' | 'Sev2' | 'Sev3' | 'Sev4' = 'Sev3'
param notifyPageLowest 'Sev0' | 'Sev1' | 'Sev2' | 'Sev3' | 'Sev4' = 'Sev1'

@description('PagerDuty\'s Events API; https://events.eu.pagerduty.com/v2/enqueue for accounts in the EU.')
param notifyPagerDutyEndpoint string = 'https://events.pagerduty.com/v2/enqueue'

@description('Channels of Slack that are read for alerts, by their ids; PGMEDIC_SLACK_TOKEN, the token of the bot, must be among notifySettings. None: none is read.')
@maxLength(20)
param slackChannels string[] = []

@description('Slack\'s Web API; https://slack-gov.com/api for GovSlack.')
param slackEndpoint string = 'https://slack.com/api'

@description('A folder of the package with playbooks of your own; empty for none.')
param playbooksFolder string = ''

@description('A model that gives a second opinion on each diagnosis: the address of Azure OpenAI, https://NAME.openai.azure.com/openai/v1, and the name of the deployment. The runner\'s identity needs the role Cognitive Services OpenAI User there. Empty for none.')
param modelEndpoint string = ''
param modelName string = ''

var databaseName = 'pgmedic'
var token = take(uniqueString(subscription().id, environmentName), 6)
// Some names may hold nothing but small letters and digits.
var shortName = toLower(replace(replace(replace(environmentName, '-', ''), '_', ''), '.', ''))
var name = 'pgmedic-${shortName}-${token}'
var compactName = 'pgm${shortName}${token}'
var tags = {
  application: 'pgmedic'
  'azd-env-name': environmentName
}
var zones = topology == 'all' ? ['all'] : ['ingest', 'api', 'runner']
// Which app of the list takes alerts, answers the dashboard, works.
var ingestAt = 0
var apiAt = topology == 'all' ? 0 : 1
var runnerAt = topology == 'all' ? 0 : 2

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${name}'
  location: location
  tags: tags
}

module network 'modules/network.bicep' = {
  name: 'network'
  scope: group
  params: {
    location: location
    tags: tags
    name: name
    addressRange: addressRange
    zones: zones
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    location: location
    tags: tags
    name: name
    retentionDays: logRetentionDays
    dailyQuotaGb: logQuotaGb
  }
}

module bus 'modules/service-bus.bicep' = {
  name: 'service-bus'
  scope: group
  params: {
    location: location
    tags: tags
    name: name
    workspaceId: monitoring.outputs.workspaceId
    sku: serviceBusSku
    privateLink: isPrivate
      ? { subnetId: network.outputs.endpointSubnetId, zoneId: network.outputs.dnsZoneIds.bus }
      : null
  }
}

module cosmos 'modules/cosmos.bicep' = {
  name: 'cosmos'
  scope: group
  params: {
    location: location
    tags: tags
    name: empty(cosmosAccountName) ? name : cosmosAccountName
    databaseName: databaseName
    workspaceId: monitoring.outputs.workspaceId
    protection: protection
    privateLink: isPrivate
      ? { subnetId: network.outputs.endpointSubnetId, zoneId: network.outputs.dnsZoneIds.cosmos }
      : null
  }
}

module vault 'modules/key-vault.bicep' = {
  name: 'key-vault'
  scope: group
  params: {
    location: location
    tags: tags
    name: take('kv-${shortName}-${token}', 24)
    workspaceId: monitoring.outputs.workspaceId
    protection: protection
    privateLink: isPrivate
      ? { subnetId: network.outputs.endpointSubnetId, zoneId: network.outputs.dnsZoneIds.vault }
      : null
  }
}

module archive 'modules/archive.bicep' = {
  name: 'archive'
  scope: group
  params: {
    location: location
    tags: tags
    name: take('${compactName}audit', 24)
    workspaceId: monitoring.outputs.workspaceId
    retentionDays: auditRetentionDays
    isPolicyLocked: isAuditPolicyLocked
    protection: protection
    privateLinks: isPrivate
      ? { subnetId: network.outputs.endpointSubnetId, zoneIds: network.outputs.dnsZoneIds }
      : null
  }
}

module appStorage 'modules/storage.bicep' = [
  for zone in zones: {
    name: 'storage-${zone}'
    scope: group
    params: {
      location: location
      tags: tags
      name: take('${compactName}${zone}', 24)
      workspaceId: monitoring.outputs.workspaceId
      containers: ['releases']
      services: zone == 'runner' || zone == 'all' ? ['blob', 'queue', 'table'] : ['blob']
      privateLinks: isPrivate
        ? { subnetId: network.outputs.endpointSubnetId, zoneIds: network.outputs.dnsZoneIds }
        : null
    }
  }
]

module identities 'modules/identity.bicep' = [
  for zone in zones: {
    name: 'identity-${zone}'
    scope: group
    params: {
      location: location
      tags: tags
      name: '${name}-${zone}'
    }
  }
]

// The two PostgreSQL roles. They hold no right in Azure at all.
module investigator 'modules/identity.bicep' = {
  name: 'identity-investigator'
  scope: group
  params: {
    location: location
    tags: tags
    name: '${name}-investigator'
  }
}

module executor 'modules/identity.bicep' = {
  name: 'identity-executor'
  scope: group
  params: {
    location: location
    tags: tags
    name: '${name}-executor'
  }
}

// One after the other: Cosmos DB takes one change of its roles at a time.
@batchSize(1)
module roles 'modules/roles.bicep' = [
  for (zone, i) in zones: {
    name: 'roles-${zone}'
    scope: group
    params: {
      zone: zone
      principalId: identities[i].outputs.principalId
      appStorageName: appStorage[i].outputs.name
      archiveName: archive.outputs.name
      insightsName: monitoring.outputs.insightsName
      vaultName: vault.outputs.name
      readsSecrets: i == runnerAt && !empty(vaultSettings)
      busName: bus.outputs.name
      cosmosName: cosmos.outputs.name
      databaseName: databaseName
    }
  }
]

module web 'modules/static-web.bicep' = {
  name: 'static-web'
  scope: group
  params: {
    location: staticWebLocation
    tags: tags
    name: name
  }
}

// The demo's server is watched like any other. Standard_D2ds_v5 allows 859 connections.
var demoServers = hasDemo
  ? [
      {
        resourceId: '${subscription().id}/resourceGroups/rg-${name}/providers/Microsoft.DBforPostgreSQL/flexibleServers/${name}-demo'
        region: location
        maxConnections: 859
        hasActivityMetrics: true
        mayChangeParameters: true
        mayScale: false
        reach: 'network'
      }
    ]
  : []
var servers = concat(watchedServers, demoServers)
var changesParameters = contains(map(servers, server => server.mayChangeParameters), true)
var scales = contains(map(servers, server => server.mayScale), true)
var serverSubscriptions = union(map(servers, server => '/subscriptions/${split(server.resourceId, '/')[2]}'), [])

// Names of settings are those of functions/settings.ts; a test holds the two against each other.
var commonSettings = {
  PGMEDIC_KILL_SWITCH: killSwitch
  COSMOS_DATABASE: databaseName
  ServiceBus__credential: 'managedidentity'
}
// Without the slash at its end.
var authorityHost = take(
  environment().authentication.loginEndpoint,
  length(environment().authentication.loginEndpoint) - 1
)
var ingestSettings = {
  INGEST_AUDIENCE: ingestAudience
  INGEST_CLIENT_ID: ingestClientId
  INGEST_TENANT_ID: tenant().tenantId
  INGEST_AUTHORITY_HOST: authorityHost
  // Azure Monitor's own application, "AzNS AAD Webhook", in every tenant, and the role that it must have been given.
  INGEST_CALLER_APP_ID: '461e8683-5575-4561-ac7f-899cc907d62a'
  INGEST_CALLER_ROLE: 'ActionGroupsSecureWebhook'
  // Other sources of alerts: nobody, unless their applications are named.
  INGEST_PROMETHEUS_APP_IDS: join(prometheusAppIds, ',')
  INGEST_GRAFANA_APP_IDS: join(grafanaAppIds, ',')
  INGEST_SOURCE_ROLE: 'PgMedicAlertSource'
  // The runner's hourly sign of life; it may post nothing else.
  INGEST_SIGN_OF_LIFE_APP_ID: identities[runnerAt].outputs.clientId
}
var runnerSettings = {
  // The audience of the token that it proves itself with there. Written out: an app's address is not known while it is being made.
  INGEST_AUDIENCE: ingestAudience
  PGMEDIC_SIGN_OF_LIFE_URL: 'https://${name}-${zones[ingestAt]}.azurewebsites.net/api/alerts'
  // Each region has an address of its own; the runner puts a server's in.
  METRICS_ENDPOINT: 'https://{region}.metrics.monitor.azure.com'
  LOGS_ENDPOINT: logsEndpoint
  ARCHIVE_ENDPOINT: archive.outputs.blobEndpoint
  RESOURCE_MANAGER_ENDPOINT: environment().resourceManager
  PGMEDIC_POSTGRES_DOMAIN: postgresDomain
  PGMEDIC_CLONE_FOLDER: '/tmp/pgmedic-clone'
  PGMEDIC_VERIFY_SECONDS: string(verifySeconds)
  PGMEDIC_VERIFY_WINDOWS: string(verifyWindows)
  PGMEDIC_FOLLOW_UP_SECONDS: string(followUpSeconds)
  PGMEDIC_PROPOSAL_EXPIRY_SECONDS: string(proposalExpirySeconds)
  PGMEDIC_DASHBOARD_URL: 'https://${web.outputs.hostName}'
  PGMEDIC_NOTIFY_LOWEST: notifyLowest
  PGMEDIC_NOTIFY_PAGE_LOWEST: notifyPageLowest
  PGMEDIC_NOTIFY_PAGERDUTY_ENDPOINT: notifyPagerDutyEndpoint
  PGMEDIC_SLACK_CHANNELS: join(slackChannels, ',')
  PGMEDIC_SLACK_ENDPOINT: slackEndpoint
}
// Whoever edits a playbook must know of the folder's, which the edit is held against.
var playbookSettings = empty(playbooksFolder) ? {} : { PGMEDIC_PLAYBOOKS: playbooksFolder }
var wishedSettings = union(
  playbookSettings,
  empty(modelEndpoint) ? {} : { PGMEDIC_MODEL_ENDPOINT: modelEndpoint, PGMEDIC_MODEL: modelName },
  // A registration can name these as a password, and no other setting.
  empty(vaultSettings) ? {} : { PGMEDIC_SECRET_SETTINGS: join(vaultSettings, ',') }
)
var apiSettings = empty(mcpClientId)
  ? {}
  : {
      MCP_CLIENT_ID: mcpClientId
      MCP_TENANT_ID: tenant().tenantId
      MCP_AUTHORITY_HOST: authorityHost
    }
var settingsOf = {
  ingest: ingestSettings
  api: union(apiSettings, playbookSettings)
  runner: union(runnerSettings, wishedSettings)
  all: union(ingestSettings, apiSettings, runnerSettings, wishedSettings)
}

module apps 'modules/function-app.bicep' = [
  for (zone, i) in zones: {
    name: 'app-${zone}'
    scope: group
    params: {
      location: location
      tags: tags
      name: '${name}-${zone}'
      zone: zone
      identityId: identities[i].outputs.id
      identityClientId: identities[i].outputs.clientId
      roleIdentityIds: i == runnerAt ? [investigator.outputs.id, executor.outputs.id] : []
      subnetId: network.outputs.appSubnetIds[i]
      storageName: appStorage[i].outputs.name
      storageBlobEndpoint: appStorage[i].outputs.blobEndpoint
      insightsConnectionString: monitoring.outputs.insightsConnectionString
      workspaceId: monitoring.outputs.workspaceId
      settings: union(
        commonSettings,
        settingsOf[zone],
        i == runnerAt
          ? {
              PGMEDIC_INVESTIGATOR_CLIENT_ID: investigator.outputs.clientId
              PGMEDIC_EXECUTOR_CLIENT_ID: executor.outputs.clientId
            }
          : {},
        {
          COSMOS_ENDPOINT: cosmos.outputs.endpoint
          ServiceBus__fullyQualifiedNamespace: bus.outputs.hostName
          ServiceBus__clientId: identities[i].outputs.clientId
        },
        i == runnerAt
          ? toObject(
              // Those of notifySettings are not named in PGMEDIC_SECRET_SETTINGS: a registration cannot have them sent to a server.
              concat(vaultSettings, notifySettings),
              setting => setting,
              setting => '@Microsoft.KeyVault(SecretUri=${vault.outputs.uri}secrets/${replace(toLower(setting), '_', '-')})'
            )
          : {},
        // Which Static Web App the api app believes, once App Service's authentication has let a call through.
        i == apiAt ? { PGMEDIC_FRONT_HOST: web.outputs.hostName } : {}
      )
    }
    // An app that starts before its rights are there fails until it is restarted.
    dependsOn: [roles]
  }
]

module backend 'modules/linked-backend.bicep' = {
  name: 'linked-backend'
  scope: group
  params: {
    staticWebName: web.outputs.name
    appName: apps[apiAt].outputs.name
    appLocation: location
    openPaths: concat(
      topology == 'all' ? ['/api/alerts', '/api/health'] : [],
      empty(mcpClientId) ? [] : ['/api/mcp', '/api/mcp/metadata']
    )
  }
}

module demoIdentity 'modules/identity.bicep' = if (hasDemo) {
  name: 'identity-demo'
  scope: group
  params: {
    location: location
    tags: tags
    name: '${name}-workload'
  }
}

module demo 'modules/demo.bicep' = if (hasDemo) {
  name: 'demo'
  scope: group
  params: {
    location: location
    tags: tags
    name: '${name}-demo'
    networkId: network.outputs.networkId
    postgresSubnetId: network.outputs.postgresSubnetId
    workloadSubnetId: network.outputs.workloadSubnetId
    admins: demoAdmins
    workloadIdentityId: demoIdentity!.outputs.id
    workloadIdentityName: demoIdentity!.outputs.name
    workloadClientId: demoIdentity!.outputs.clientId
    workloadPrincipalId: demoIdentity!.outputs.principalId
  }
}

module serverEndpoints 'modules/private-endpoint.bicep' = [
  for server in servers: if (server.reach == 'privateEndpoint') {
    name: 'endpoint-${uniqueString(server.resourceId)}'
    scope: group
    params: {
      location: location
      tags: tags
      name: '${name}-${last(split(server.resourceId, '/'))}'
      subnetId: network.outputs.endpointSubnetId
      targetId: server.resourceId
      groupId: 'postgresqlServer'
      dnsZoneId: network.outputs.dnsZoneIds.postgres
    }
  }
]

// PostgreSQL Flexible Server has no built-in role of its own. This one reads and writes server parameters, and can neither restart,
// scale nor delete a server, nor see its data.
resource parameterRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (changesParameters) {
  name: guid(subscription().id, name, 'parameters')
  properties: {
    roleName: '${name}: PostgreSQL server parameters'
    description: 'Reads and changes parameters of PostgreSQL Flexible Servers.'
    type: 'CustomRole'
    assignableScopes: serverSubscriptions
    permissions: [
      {
        actions: [
          'Microsoft.DBforPostgreSQL/flexibleServers/read'
          'Microsoft.DBforPostgreSQL/flexibleServers/configurations/read'
          'Microsoft.DBforPostgreSQL/flexibleServers/configurations/write'
        ]
      }
    ]
  }
}

// Azure knows no right to scale alone: this one writes the whole server. Besides compute and storage that is its version, its network,
// its backups, high availability and sign-in; where sign-in by password is on, also the administrator's password, and with it all data.
// It cannot delete a server. The catalogue's typed actions are what keeps to compute and storage: give it only where that is enough, best on
// servers with Entra sign-in alone.
resource scaleRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (scales) {
  name: guid(subscription().id, name, 'size')
  properties: {
    roleName: '${name}: PostgreSQL server size'
    description: 'Reads and changes PostgreSQL Flexible Servers, to change their compute and storage.'
    type: 'CustomRole'
    assignableScopes: serverSubscriptions
    permissions: [
      {
        actions: [
          'Microsoft.DBforPostgreSQL/flexibleServers/read'
          'Microsoft.DBforPostgreSQL/flexibleServers/write'
        ]
      }
    ]
  }
}

// A change that takes its time is an operation of its own, in a region of the subscription. Without this right the runner would see
// a change's end only in the parameter itself.
resource operationRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (changesParameters || scales) {
  name: guid(subscription().id, name, 'operations')
  properties: {
    roleName: '${name}: PostgreSQL operations'
    description: 'Reads how operations on PostgreSQL Flexible Servers end.'
    type: 'CustomRole'
    assignableScopes: serverSubscriptions
    permissions: [
      {
        actions: [
          'Microsoft.DBforPostgreSQL/locations/azureAsyncOperation/read'
          'Microsoft.DBforPostgreSQL/locations/operationResults/read'
        ]
      }
    ]
  }
}

// Azure Monitor gives metrics in batches to whoever may read them in the whole subscription: a right on a server is not enough for its
// figures. This one reads metrics, of whatever is there, and nothing else.
resource metricsRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (!empty(servers)) {
  name: guid(subscription().id, name, 'metrics')
  properties: {
    roleName: '${name}: metrics'
    description: 'Reads metrics.'
    type: 'CustomRole'
    assignableScopes: serverSubscriptions
    permissions: [
      {
        actions: ['Microsoft.Insights/metrics/read']
      }
    ]
  }
}

module subscriptionAccess 'modules/subscription-access.bicep' = [
  for id in serverSubscriptions: {
    name: 'access-${uniqueString(id)}'
    scope: subscription(split(id, '/')[2])
    params: {
      principalId: identities[runnerAt].outputs.principalId
      metricsRoleId: metricsRole!.id
      operationRoleId: changesParameters || scales ? operationRole!.id : null
    }
  }
]

module serverAccess 'modules/server-access.bicep' = [
  for server in servers: {
    name: 'access-${uniqueString(server.resourceId)}'
    scope: resourceGroup(split(server.resourceId, '/')[2], split(server.resourceId, '/')[4])
    params: {
      serverName: last(split(server.resourceId, '/'))
      principalId: identities[runnerAt].outputs.principalId
      workspaceId: monitoring.outputs.workspaceId
      parameterRoleId: server.mayChangeParameters ? parameterRole!.id : null
      scaleRoleId: server.mayScale ? scaleRole!.id : null
    }
    dependsOn: [demo]
  }
]

module actionGroups 'modules/action-groups.bicep' = {
  name: 'action-groups'
  scope: group
  params: {
    tags: tags
    name: name
    ingestHostName: apps[ingestAt].outputs.hostName
    ingestObjectId: ingestObjectId
    ingestAudience: ingestAudience
    pagerEmails: pagerEmails
  }
}

module serverAlerts 'modules/server-alerts.bicep' = [
  for server in servers: {
    name: 'alerts-${uniqueString(server.resourceId)}'
    scope: group
    params: {
      tags: tags
      server: server
      actionGroupId: actionGroups.outputs.toPgMedicId
    }
    dependsOn: [demo]
  }
]

module ownAlerts 'modules/own-alerts.bicep' = {
  name: 'own-alerts'
  scope: group
  params: {
    location: location
    tags: tags
    name: name
    workspaceId: monitoring.outputs.workspaceId
    insightsId: monitoring.outputs.insightsId
    busId: bus.outputs.id
    toPgMedicId: actionGroups.outputs.toPgMedicId
    toPeopleId: actionGroups.outputs.toPeopleId
  }
}

module budget 'modules/budget.bicep' = {
  name: 'budget'
  scope: group
  params: {
    amount: monthlyBudget
    startDate: budgetStartDate
    emails: pagerEmails
  }
}

output resourceGroupName string = group.name
output dashboardUrl string = 'https://${web.outputs.hostName}'
output staticWebName string = web.outputs.name
output appNames string[] = [for (zone, i) in zones: apps[i].outputs.name]
output alertsUrl string = 'https://${apps[ingestAt].outputs.hostName}/api/alerts'

@description('What infra/sql needs: the object ids of the two PostgreSQL roles.')
output investigatorObjectId string = investigator.outputs.principalId
output executorObjectId string = executor.outputs.principalId

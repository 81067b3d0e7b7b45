using 'main.bicep'

// Three zones, closed to the public network. Replace the server by your own: each value is its, none is read from it.
param environmentName = 'prod'
param location = 'westeurope'
param staticWebLocation = 'westeurope'
param topology = 'zones'
param isPrivate = true
param serviceBusSku = 'Premium'
param protection = 'production'
param ingestAudience = readEnvironmentVariable('PGMEDIC_INGEST_AUDIENCE')
param ingestClientId = readEnvironmentVariable('PGMEDIC_INGEST_CLIENT_ID')
param ingestObjectId = readEnvironmentVariable('PGMEDIC_INGEST_OBJECT_ID')
param pagerEmails = [readEnvironmentVariable('PGMEDIC_PAGER_EMAIL')]
param watchedServers = [
  {
    resourceId: readEnvironmentVariable('PGMEDIC_SERVER_ID')
    region: 'westeurope'
    maxConnections: 859
    hasActivityMetrics: true
    mayChangeParameters: true
    mayScale: false
    reach: 'privateEndpoint'
  }
]
param monthlyBudget = 1500
param budgetStartDate = readEnvironmentVariable('PGMEDIC_BUDGET_START')
param auditRetentionDays = 2555
param logRetentionDays = 180
param logQuotaGb = 5

using 'main.bicep'

// A small installation to try things: one app, the public network with identities alone, and a server of its own.
param environmentName = 'dev'
param location = 'westeurope'
param staticWebLocation = 'westeurope'
param topology = 'all'
param isPrivate = false
param protection = 'development'
param hasDemo = true
param ingestAudience = readEnvironmentVariable('PGMEDIC_INGEST_AUDIENCE')
param ingestClientId = readEnvironmentVariable('PGMEDIC_INGEST_CLIENT_ID')
param ingestObjectId = readEnvironmentVariable('PGMEDIC_INGEST_OBJECT_ID')
param pagerEmails = [readEnvironmentVariable('PGMEDIC_PAGER_EMAIL')]
param demoAdmins = [
  {
    objectId: readEnvironmentVariable('PGMEDIC_DEMO_ADMIN_ID')
    name: readEnvironmentVariable('PGMEDIC_DEMO_ADMIN_NAME')
    type: 'Group'
  }
]
param monthlyBudget = 300
param budgetStartDate = readEnvironmentVariable('PGMEDIC_BUDGET_START')
param auditRetentionDays = 7
param logRetentionDays = 30

using 'main.bicep'

// What `azd up` uses from somebody's own desk, under the name of azd's environment. azd knows the three apps by their tags, so there are
// three; everything else is as in main.dev.bicepparam.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param staticWebLocation = 'westeurope'
param topology = 'zones'
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

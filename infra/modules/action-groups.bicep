// Who hears of alerts: PgMedic of those about the servers, people of those about PgMedic.
import { Texts } from 'types.bicep'

param tags Texts
param name string

@description('The ingest app\'s host name.')
param ingestHostName string

@description('The object id of the ingest application\'s service principal in Entra ID: not its client id.')
param ingestPrincipalObjectId string

@description('The application id URI that tokens are asked for.')
param ingestAudience string

@description('Addresses of the people who are paged when PgMedic itself is unwell.')
param pagerEmails string[]

resource toPgMedic 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-alerts'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'pgmedic'
    enabled: true
    webhookReceivers: [
      {
        name: 'ingest'
        serviceUri: 'https://${ingestHostName}/api/alerts'
        useCommonAlertSchema: true
        useAadAuth: true
        objectId: ingestPrincipalObjectId
        identifierUri: ingestAudience
        tenantId: tenant().tenantId
      }
    ]
  }
}

resource toPeople 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-people'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'pgmedic-ops'
    enabled: true
    emailReceivers: [
      for (address, i) in pagerEmails: {
        name: 'person-${i}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

output toPgMedicId string = toPgMedic.id
output toPeopleId string = toPeople.id

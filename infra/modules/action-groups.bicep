// Who hears of alerts: PgMedic of those about the servers, people of those about PgMedic.
import { Texts } from 'types.bicep'

param tags Texts
param name string

@description('The ingest app\'s host name.')
param ingestHostName string

@description('The object id of the ingest application in Entra ID: neither its client id nor its service principal\'s object id.')
param ingestObjectId string

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
        objectId: ingestObjectId
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

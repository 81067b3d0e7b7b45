// PgMedic's own promises, and who is told when one is broken. None of it depends on PgMedic running.
import { Texts } from 'types.bicep'

param location string
param tags Texts
param name string
param workspaceId string
param insightsId string
param busId string

@description('The action group that tells PgMedic: the hourly sign of life goes through it, as a real alert does.')
param toPgMedicId string

@description('The action group that pages people.')
param toPeopleId string

// All names are those of PgMedic's own telemetry (functions/telemetry-names.ts), which a test holds against these queries. Requests to
// the webhook are looked for by their address too: when an app does not start, only the host has something to tell.
var queries = [
  {
    name: 'ingest-availability'
    displayName: 'Alerts are taken: at least 99 % within 15 minutes'
    severity: 1
    windowSize: 'PT15M'
    evaluationFrequency: 'PT5M'
    threshold: 0
    operator: 'GreaterThan'
    query: '''
      AppRequests
      | where Name == 'POST /api/alerts' or Url has '/api/alerts'
      | summarize failed = countif(toint(ResultCode) >= 500), total = count()
      | where failed * 100 > total
    '''
  }
  {
    name: 'ingest-latency'
    displayName: 'Alerts are answered within 2 seconds, 99 of 100'
    severity: 2
    windowSize: 'PT30M'
    evaluationFrequency: 'PT15M'
    threshold: 0
    operator: 'GreaterThan'
    query: '''
      AppRequests
      | where Name == 'POST /api/alerts' or Url has '/api/alerts'
      | summarize p99 = percentile(DurationMs, 99)
      | where p99 > 2000
    '''
  }
  {
    name: 'silence'
    displayName: 'The hourly sign of life has come through Azure Monitor, the secure webhook and the ingest app'
    severity: 0
    windowSize: 'PT2H'
    evaluationFrequency: 'PT15M'
    threshold: 1
    operator: 'LessThan'
    query: '''
      AppRequests
      | where Name == 'POST /api/alerts' and ResultCode == '202'
      | where tostring(Properties['pgmedic.source']) == 'azure'
    '''
  }
  {
    name: 'sign-of-life-lost'
    displayName: 'The runner\'s own sign of life through the public endpoint has left its receipt'
    severity: 0
    windowSize: 'PT2H'
    evaluationFrequency: 'PT15M'
    threshold: 0
    operator: 'GreaterThan'
    query: '''
      AppTraces
      | where SeverityLevel >= 3 and Message startswith 'pgmedic.silence'
    '''
  }
  {
    name: 'sweep'
    displayName: 'The sweep has run within the last 10 minutes: without it nothing is mended'
    severity: 1
    windowSize: 'PT10M'
    evaluationFrequency: 'PT5M'
    threshold: 1
    operator: 'LessThan'
    query: '''
      AppTraces
      | where Message startswith 'pgmedic.sweep'
    '''
  }
  {
    name: 'archive'
    displayName: 'Audit entries reach the archive: none waits for more than 10 minutes, none is refused'
    severity: 1
    windowSize: 'PT15M'
    evaluationFrequency: 'PT5M'
    threshold: 0
    operator: 'GreaterThan'
    query: '''
      AppTraces
      | where SeverityLevel >= 3 and Message startswith 'pgmedic.archive'
    '''
  }
  {
    name: 'failed-steps'
    displayName: 'Steps of runs fail: more than 10 in 15 minutes'
    severity: 2
    windowSize: 'PT15M'
    evaluationFrequency: 'PT5M'
    threshold: 10
    operator: 'GreaterThan'
    // A rule of its own for messages: log alerts take no `union` (Azure Monitor documentation, "Log search alert queries").
    query: '''
      AppDependencies
      | where Name startswith 'step ' and Success == false
    '''
  }
  {
    name: 'failed-messages'
    displayName: 'The handling of messages fails: more than 10 times in 15 minutes'
    severity: 2
    windowSize: 'PT15M'
    evaluationFrequency: 'PT5M'
    threshold: 10
    operator: 'GreaterThan'
    query: '''
      AppRequests
      | where Name startswith 'receive ' and Success == false
    '''
  }
  {
    name: 'time-to-proposal'
    displayName: 'A proposal comes within 60 seconds of the alert, 95 of 100'
    severity: 3
    windowSize: 'PT6H'
    evaluationFrequency: 'PT1H'
    threshold: 0
    operator: 'GreaterThan'
    query: '''
      AppMetrics
      | where Name == 'pgmedic.time_to_proposal'
      | summarize p95 = percentile(Max, 95)
      | where p95 > 60
    '''
  }
  {
    name: 'time-to-resolve'
    displayName: 'An incident with a standing consent is over within 3 hours, 95 of 100'
    severity: 3
    windowSize: 'P1D'
    evaluationFrequency: 'PT1H'
    threshold: 0
    operator: 'GreaterThan'
    query: '''
      AppMetrics
      | where Name == 'pgmedic.time_to_resolve' and tostring(Properties['path']) == 'autonomous'
      | summarize p95 = percentile(Max, 95)
      | where p95 > 10800
    '''
  }
  {
    name: 'rollbacks'
    displayName: 'At most one change in ten is taken back'
    severity: 2
    windowSize: 'P1D'
    evaluationFrequency: 'PT1H'
    threshold: 0
    operator: 'GreaterThan'
    query: '''
      AppMetrics
      | summarize
          done = sumif(Sum, Name == 'pgmedic.executions' and tostring(Properties['outcome']) == 'done'),
          takenBack = sumif(Sum, Name == 'pgmedic.rollbacks')
      | where takenBack > 1 and takenBack * 10 > done
    '''
  }
  {
    name: 'put-aside'
    displayName: 'A message was put aside: nobody could read it, or it failed ten times'
    severity: 2
    windowSize: 'PT15M'
    evaluationFrequency: 'PT5M'
    threshold: 0
    operator: 'GreaterThan'
    query: '''
      AppMetrics
      | where Name == 'pgmedic.dead_letters'
    '''
  }
]

resource promises 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for item in queries: {
    name: '${name}-${item.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: item.displayName
      severity: item.severity
      enabled: true
      // The tables of a new workspace are made by what first arrives in them.
      skipQueryValidation: true
      scopes: [workspaceId]
      windowSize: item.windowSize
      evaluationFrequency: item.evaluationFrequency
      criteria: {
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            query: item.query
            timeAggregation: 'Count'
            operator: item.operator
            threshold: item.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      autoMitigate: true
      actions: {
        actionGroups: [toPeopleId]
      }
    }
  }
]

// Fires every hour, whatever happens: the alert names no watched server, so PgMedic writes the receipt and opens nothing.
resource signOfLife 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: '${name}-sign-of-life'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'PgMedic: hourly sign of life'
    description: 'Proves the way of an alert from end to end. The rule "silence" pages when its receipt is missing.'
    severity: 4
    enabled: true
    skipQueryValidation: true
    scopes: [workspaceId]
    windowSize: 'PT1H'
    evaluationFrequency: 'PT1H'
    criteria: {
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          // One row, also of an empty table: a query must begin with one.
          query: 'AppTraces | summarize lines = count()'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    // Stateless: it is told again every hour.
    autoMitigate: false
    actions: {
      actionGroups: [toPgMedicId]
    }
  }
}

resource backlog 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${name}-backlog'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages wait for their consumer: the runner is down or overloaded.'
    severity: 2
    enabled: true
    scopes: [busId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'waiting'
          metricName: 'ActiveMessages'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 100
          // Each queue by itself: over all of them a full one would be thinned out by the empty ones.
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: ['*']
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: toPeopleId
      }
    ]
  }
}

// The sweep takes dead letters into the documents within a minute; what stays means that it does not.
resource deadLetters 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${name}-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Dead letters stay in the queues: nobody has taken them up for 15 minutes.'
    severity: 1
    enabled: true
    scopes: [busId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead'
          metricName: 'DeadletteredMessages'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          timeAggregation: 'Minimum'
          operator: 'GreaterThan'
          threshold: 0
          // Each queue by itself: over all of them a full one would be thinned out by the empty ones.
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: ['*']
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: toPeopleId
      }
    ]
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insightsId, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'PgMedic'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: replace(
      loadTextContent('../workbook.json'),
      '"fallbackResourceIds": []',
      '"fallbackResourceIds": ["${workspaceId}"]'
    )
  }
}

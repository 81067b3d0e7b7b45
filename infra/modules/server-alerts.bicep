// The rules of infra/alert-rules.json for one watched server. The local monitor evaluates the same file.
import { Texts, WatchedServer } from 'types.bicep'

param tags Texts
param server WatchedServer

@description('The action group that tells PgMedic.')
param actionGroupId string

var rules = loadJsonContent('../alert-rules.json')
var serverName = last(split(server.resourceId, '/'))
// Azure measures these only where metrics.collector_database_activity is on; a rule on a metric that is not there says nothing for ever.
var activityMetrics = [
  'deadlocks'
  'longest_query_time_sec'
  'longest_transaction_time_sec'
  'oldest_backend_xmin_age'
  'sessions_by_state'
  'temp_bytes'
]
var measured = filter(rules, rule => server.hasActivityMetrics || !contains(activityMetrics, rule.metricName))

resource alerts 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for rule in measured: {
    name: '${rule.name}-${serverName}'
    location: 'global'
    tags: tags
    properties: {
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [server.resourceId]
      targetResourceType: rule.metricNamespace
      targetResourceRegion: server.region
      evaluationFrequency: rule.evaluationFrequency
      windowSize: rule.windowSize
      // Resolves by itself, so that the next time is told again: a stateful rule fires once until it is resolved.
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: rule.metricName
            metricName: rule.metricName
            metricNamespace: rule.metricNamespace
            timeAggregation: rule.timeAggregation
            operator: rule.operator
            threshold: rule.?threshold ?? (server.maxConnections * (rule.?thresholdPercentOf.?percent ?? 0) / 100)
          }
        ]
      }
      actions: [
        {
          actionGroupId: actionGroupId
        }
      ]
    }
  }
]

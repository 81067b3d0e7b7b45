// Tells people when the month becomes dearer than planned.
param amount int

@description('The first day of a month, such as 2026-11-01. Azure takes no date in the past for a new budget.')
param startDate string
param emails string[]

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: 'pgmedic'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: startDate
    }
    notifications: {
      forecast: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: emails
      }
      actual: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: emails
      }
    }
  }
}

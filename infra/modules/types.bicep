@export()
@description('A PostgreSQL Flexible Server that PgMedic watches.')
type WatchedServer = {
  @description('Its Azure resource id.')
  resourceId: string

  @description('Its region, such as westeurope.')
  region: string

  @description('Its max_connections: Azure alert rules know no ratio of two metrics, so the threshold is computed from it.')
  maxConnections: int

  @description('Whether the server parameter metrics.collector_database_activity is on. Rules on metrics that need it are made only then.')
  hasActivityMetrics: bool

  @description('Whether PgMedic may change server parameters, of the kinds that its catalogue knows. Otherwise it only advises them.')
  mayChangeParameters: bool

  @description('Whether PgMedic may change the size of the server: compute, which restarts it, and storage, which only grows. Two people, or one, decide each time. Read what the right opens in main.bicep first.')
  mayScale: bool

  @description('privateEndpoint: one is made in PgMedic\'s network. network: the server is reachable otherwise, such as by peering.')
  reach: 'privateEndpoint' | 'network'
}

@export()
@description('Who administers the demo server: a group or person of Entra ID.')
type DatabaseAdmin = {
  objectId: string
  name: string
  type: 'Group' | 'User' | 'ServicePrincipal'
}

@export()
@description('Names with texts: tags, settings, ids by name.')
type Texts = {
  *: string
}

@export()
@description('Where a private endpoint goes, and the DNS zone that knows it.')
type PrivateLink = {
  subnetId: string
  zoneId: string
}

@export()
@description('The same for an account with several services, such as blob and queue.')
type PrivateLinks = {
  subnetId: string
  zoneIds: Texts
}

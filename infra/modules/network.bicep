// The network: a subnet for each app, one for private endpoints, one for the demo server, one for its workload.
import { Texts } from 'types.bicep'

param location string
param tags Texts
param name string

@description('Room for eight subnets of 64 addresses.')
param addressRange string

@description('The zones that have an app, in the order of their subnets.')
param zones string[]

var delegations = {
  apps: 'Microsoft.App/environments'
  postgres: 'Microsoft.DBforPostgreSQL/flexibleServers'
}
var dnsZoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  cosmos: 'privatelink.documents.azure.com'
  vault: 'privatelink.vaultcore.azure.net'
  bus: 'privatelink.servicebus.windows.net'
  postgres: 'privatelink.postgres.database.azure.com'
}

// Only the runner may speak to PostgreSQL: the other zones are refused by the network as well.
resource appRules 'Microsoft.Network/networkSecurityGroups@2025-09-01' = [
  for zone in zones: {
    name: '${name}-${zone}'
    location: location
    tags: tags
    properties: {
      securityRules: [
        {
          name: 'postgres'
          properties: {
            description: 'PostgreSQL and its pooler'
            priority: 100
            direction: 'Outbound'
            access: zone == 'runner' || zone == 'all' ? 'Allow' : 'Deny'
            protocol: 'Tcp'
            sourceAddressPrefix: '*'
            sourcePortRange: '*'
            destinationAddressPrefix: '*'
            destinationPortRanges: ['5432', '6432']
          }
        }
      ]
    }
  }
]

resource endpointRules 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: '${name}-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'own-network-only'
        properties: {
          description: 'Nothing from outside the network reaches a private endpoint'
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addressRange]
    }
  }
}

// Azure changes one subnet of a network at a time.
@batchSize(1)
resource appSubnets 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = [
  for (zone, i) in zones: {
    parent: network
    name: zone
    properties: {
      addressPrefix: cidrSubnet(addressRange, 26, i)
      networkSecurityGroup: {
        id: appRules[i].id
      }
      delegations: [
        {
          name: 'apps'
          properties: {
            serviceName: delegations.apps
          }
        }
      ]
    }
  }
]

resource endpointSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = {
  parent: network
  name: 'endpoints'
  properties: {
    addressPrefix: cidrSubnet(addressRange, 26, 4)
    networkSecurityGroup: {
      id: endpointRules.id
    }
    privateEndpointNetworkPolicies: 'Enabled'
  }
  dependsOn: [appSubnets]
}

resource postgresSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = {
  parent: network
  name: 'postgres'
  properties: {
    addressPrefix: cidrSubnet(addressRange, 26, 5)
    delegations: [
      {
        name: 'postgres'
        properties: {
          serviceName: delegations.postgres
        }
      }
    ]
  }
  dependsOn: [endpointSubnet]
}

resource workloadSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = {
  parent: network
  name: 'workload'
  properties: {
    addressPrefix: cidrSubnet(addressRange, 26, 6)
    delegations: [
      {
        name: 'apps'
        properties: {
          serviceName: delegations.apps
        }
      }
    ]
  }
  dependsOn: [postgresSubnet]
}

resource dnsZones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in items(dnsZoneNames): {
    name: zone.value
    location: 'global'
    tags: tags
  }
]

resource dnsLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, i) in items(dnsZoneNames): {
    parent: dnsZones[i]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      // A name that has no endpoint here is asked for outside: it may belong to a server that is reached another way.
      resolutionPolicy: 'NxDomainRedirect'
      virtualNetwork: {
        id: network.id
      }
    }
  }
]

output networkId string = network.id
output appSubnetIds string[] = [for (zone, i) in zones: appSubnets[i].id]
output endpointSubnetId string = endpointSubnet.id
output postgresSubnetId string = postgresSubnet.id
output workloadSubnetId string = workloadSubnet.id
output dnsZoneIds Texts = toObject(
  items(dnsZoneNames),
  zone => zone.key,
  zone => resourceId('Microsoft.Network/privateDnsZones', zone.value)
)

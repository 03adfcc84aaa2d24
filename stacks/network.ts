/**
 * Where the connector runs: public subnets in three zones, and a security group that lets nothing in and only TLS out.
 * No NAT gateway: each task has an address of its own, which costs a tenth. DynamoDB and S3 are reached inside AWS, for free.
 */
const ZONES = 3

export type Network = {
  vpcId: $util.Output<string>
  subnets: $util.Output<string>[]
  securityGroup: $util.Output<string>
}

export function network(): Network {
  const tags = { Name: `${$app.name}-${$app.stage}` }
  const vpc = new aws.ec2.Vpc('Vpc', { cidrBlock: '10.0.0.0/16', enableDnsHostnames: true, tags })
  const gateway = new aws.ec2.InternetGateway('Gateway', { vpcId: vpc.id, tags })
  const routes = new aws.ec2.RouteTable('Routes', {
    vpcId: vpc.id,
    routes: [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }],
    tags,
  })
  const { names } = aws.getAvailabilityZonesOutput({ state: 'available' })
  const subnets = Array.from({ length: ZONES }, (_, zone) => {
    const subnet = new aws.ec2.Subnet(`Subnet${zone}`, {
      vpcId: vpc.id,
      cidrBlock: `10.0.${zone * 16}.0/20`,
      availabilityZone: names.apply((all) => all[zone % all.length]!),
      tags,
    })
    new aws.ec2.RouteTableAssociation(`SubnetRoutes${zone}`, { subnetId: subnet.id, routeTableId: routes.id })
    return subnet.id
  })
  for (const [name, service] of Object.entries({ DynamoEndpoint: 'dynamodb', FilesEndpoint: 's3' }))
    new aws.ec2.VpcEndpoint(name, {
      vpcId: vpc.id,
      serviceName: $interpolate`com.amazonaws.${aws.getRegionOutput().region}.${service}`,
      vpcEndpointType: 'Gateway',
      routeTableIds: [routes.id],
      tags,
    })
  const securityGroup = new aws.ec2.SecurityGroup('ConnectorSecurity', {
    description: 'Connectors: nothing comes in, TLS goes out',
    vpcId: vpc.id,
    ingress: [],
    egress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrBlocks: ['0.0.0.0/0'] }],
    tags,
  })
  return { vpcId: vpc.id, subnets, securityGroup: securityGroup.id }
}

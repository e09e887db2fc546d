import { asList, at, resourcesOf, type Template } from './template.ts';

/** Instance metadata by tokens only, out of reach for what runs behind another hop, and with the tags. */
export function metadataIsGuarded(template: Template): string[] {
  return resourcesOf(template, 'AWS::EC2::LaunchTemplate').flatMap(({ name, properties }) => {
    const options = at(properties, 'LaunchTemplateData', 'MetadataOptions');
    return [
      ...(at(options, 'HttpTokens') === 'required'
        ? []
        : [`${name}: takes IMDSv1: what a visitor makes the service fetch could read its credentials`]),
      ...(at(options, 'HttpPutResponseHopLimit') === 1
        ? []
        : [`${name}: has a hop limit other than 1, so that metadata leaves the instance`]),
      ...(at(options, 'InstanceMetadataTags') === 'enabled'
        ? []
        : [`${name}: hides the tags from the instance, which reads its fleet from them`]),
    ];
  });
}

/** A role, through which the instances read their settings and reach what they store. */
export function instancesHaveRole(template: Template): string[] {
  return resourcesOf(template, 'AWS::EC2::LaunchTemplate')
    .filter(({ properties }) => at(properties, 'LaunchTemplateData', 'IamInstanceProfile') === undefined)
    .map(({ name }) => `${name}: has no instance profile, so its instances cannot read their settings`);
}

const slotTags = ['Name', 'inlet:fleet', 'inlet:slot'];

/**
 * What belongs to the releases is not in the template: how many instances a slot has, how few it may have, which
 * numbered version it runs. And no update of the stack replaces an instance.
 */
export function slotsBelongToReleases(template: Template): string[] {
  const groups = resourcesOf(template, 'AWS::AutoScaling::AutoScalingGroup');
  return groups.flatMap(({ name, resource, properties }) => {
    const isFromParameterStore = (value: unknown) => {
      const parameter = template.Parameters[String(at(value as never, 'Ref'))];
      return parameter?.Type === 'AWS::SSM::Parameter::Value<String>';
    };
    const propagated = asList(properties.Tags).filter((tag) => at(tag, 'PropagateAtLaunch') === true);
    const missing = slotTags.filter((key) => !propagated.some((tag) => at(tag, 'Key') === key));
    return [
      ...('DesiredCapacity' in properties ? [`${name}: sets DesiredCapacity`] : []),
      ...(isFromParameterStore(at(properties, 'LaunchTemplate', 'Version'))
        ? []
        : [`${name}: runs a version that the releases do not choose`]),
      ...(isFromParameterStore(properties.MinSize)
        ? []
        : [`${name}: has a MinSize that the releases do not choose`]),
      ...(at(resource.UpdatePolicy, 'AutoScalingRollingUpdate') !== undefined ||
      at(resource.UpdatePolicy, 'AutoScalingReplacingUpdate', 'WillReplace') === true
        ? [`${name}: an update of the stack replaces instances`]
        : []),
      ...(properties.HealthCheckType === 'ELB' ? [] : [`${name}: does not ask the load balancer for health`]),
      ...missing.map((key) => `${name}: does not pass on the tag ${key}`),
    ];
  });
}

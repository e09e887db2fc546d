import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { note } from './activities.ts';
import { activeMembers, type Group, type Member } from './group-state.ts';
import { finish, terminate } from './lifecycle.ts';
import { pickVersion, readVersions } from './template-versions.ts';
import type { World } from './world.ts';

/** Starts or ends instances until as many are on their way in or in service as are desired. */
export async function settle(world: World, group: Group): Promise<void> {
  if (group.deleting) return settleDeletion(world, group);
  const active = activeMembers(group);
  if (active.length < group.desired) return launch(world, group, group.desired - active.length);
  const leaving = chooseLeaving(active, active.length - group.desired);
  for (const member of leaving) {
    await terminate(world, group, member, 'an instance was taken out of service to shrink the capacity.');
  }
}

/** A group that is deleted with its instances ends them, and is gone with the last. */
async function settleDeletion(world: World, group: Group) {
  for (const member of [...group.members]) await finish(world, group, member);
  await world.moto.autoScaling.deleteAutoScalingGroup({
    AutoScalingGroupName: group.name,
    ForceDelete: true,
  });
  world.groups.delete(group.name);
}

/**
 * From the zone with the most instances, the oldest version first, then the oldest instance.
 * Source: "Default termination policy" in the guide to Amazon EC2 Auto Scaling.
 */
function chooseLeaving(active: Member[], count: number): Member[] {
  const left = active.filter((member) => !member.protected);
  const leaving: Member[] = [];
  while (leaving.length < count && left.length > 0) {
    const inZone = (zone: string) => left.filter((member) => member.zone === zone).length;
    left.sort((one, other) => inZone(other.zone) - inZone(one.zone) || +one.version - +other.version);
    leaving.push(left.shift() as Member);
  }
  return leaving;
}

async function launch(world: World, group: Group, count: number) {
  const { moto } = world;
  const { AutoScalingGroups = [] } = await moto.autoScaling.describeAutoScalingGroups({
    AutoScalingGroupNames: [group.name],
  });
  const described = AutoScalingGroups[0];
  const { LaunchTemplateId, LaunchTemplateName, Version = '$Default' } = described?.LaunchTemplate ?? {};
  const chosen = LaunchTemplateId ? { LaunchTemplateId } : { LaunchTemplateName };
  const template = pickVersion(await readVersions(world, chosen), Version);
  const image = template.LaunchTemplateData?.ImageId ?? '';
  const cause = `At ${new Date().toISOString()} an instance was started in response to a difference between desired and actual capacity, increasing the capacity to ${group.desired}.`;
  const found = await moto.ec2.describeImages({ ImageIds: [image] }).catch(() => undefined);
  if (!found?.Images?.length) {
    note(
      group,
      undefined,
      'Failed',
      `The image id '[${image}]' does not exist. Launching EC2 instance failed.`,
      {
        description: 'Launching a new EC2 instance.  Status Reason: The image does not exist.',
        cause,
      },
    );
    return;
  }
  const number = String(template.VersionNumber);
  for (let started = 0; started < count; started++) {
    const subnet = leastUsed(group, await subnetsOf(world, described));
    const { Instances: [instance] = [] } = await moto.ec2.runInstances({
      MinCount: 1,
      MaxCount: 1,
      LaunchTemplate: { ...chosen, Version: number },
      ...(subnet?.id && { SubnetId: subnet.id }),
      TagSpecifications: [{ ResourceType: 'instance', Tags: tagsOf(described, number) }],
    });
    const id = instance?.InstanceId ?? '';
    group.members.push({
      id,
      version: number,
      template: { id: template.LaunchTemplateId ?? '', name: template.LaunchTemplateName ?? '' },
      type: instance?.InstanceType ?? '',
      zone: subnet?.zone ?? instance?.Placement?.AvailabilityZone ?? '',
      state: 'Pending',
      age: 0,
      health: 'Healthy',
      alive: true,
      protected: described?.NewInstancesProtectedFromScaleIn ?? false,
      hook: undefined,
      targets: new Map(),
    });
    note(group, { id }, 'InProgress', undefined, {
      description: `Launching a new EC2 instance: ${id}`,
      cause,
    });
  }
}

function tagsOf(described: AutoScalingGroup | undefined, version: string) {
  const propagated = (described?.Tags ?? []).filter((tag) => tag.PropagateAtLaunch);
  return [
    ...propagated.map(({ Key = '', Value = '' }) => ({ Key, Value })),
    { Key: 'aws:autoscaling:groupName', Value: described?.AutoScalingGroupName ?? '' },
    { Key: 'aws:ec2launchtemplate:version', Value: version },
  ];
}

async function subnetsOf({ moto }: World, described: AutoScalingGroup | undefined) {
  const ids = described?.VPCZoneIdentifier?.split(',').filter(Boolean) ?? [];
  if (ids.length === 0) return [];
  const { Subnets = [] } = await moto.ec2.describeSubnets({ SubnetIds: ids });
  return Subnets.map(({ SubnetId, AvailabilityZone = '' }) => ({ id: SubnetId, zone: AvailabilityZone }));
}

/** Auto Scaling keeps its zones in balance. */
function leastUsed(group: Group, subnets: { id: string | undefined; zone: string }[]) {
  const used = (zone: string) => activeMembers(group).filter((member) => member.zone === zone).length;
  return subnets.sort((one, other) => used(one.zone) - used(other.zone))[0];
}

import type { AwsCall, Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Refusals } from './behaviour.ts';
import type { Group } from './group-state.ts';
import { pickVersion, readVersions } from './template-versions.ts';
import type { World } from './world.ts';

/** What Auto Scaling refuses and moto lets pass. */
export function createGroupRefusals(world: World): Refusals {
  const template = async ({ params }: AwsCall) => {
    if (params.LaunchTemplate) await checkVersion(world, params.LaunchTemplate);
  };
  const notDeleting = ({ params }: AwsCall) =>
    checkNotDeleting(world.groups.get(params.AutoScalingGroupName));
  return {
    async 'autoscaling.CreateAutoScalingGroup'(call) {
      const name = call.params.AutoScalingGroupName;
      const existing = world.groups.get(name);
      if (existing) {
        // Source: the API model's AlreadyExistsFault; the words are those that AWS answers.
        const words = `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`;
        throw new AwsError('AlreadyExists', existing.deleting ? `${words} and is pending delete` : words);
      }
      checkSizes(undefined, call.params);
      await template(call);
    },
    async 'autoscaling.UpdateAutoScalingGroup'(call) {
      notDeleting(call);
      await template(call);
    },
    'autoscaling.SetDesiredCapacity'(call) {
      notDeleting(call);
      const group = world.groups.get(call.params.AutoScalingGroupName);
      if (group) checkDesired(group, call.params.DesiredCapacity);
    },
    'autoscaling.DeleteAutoScalingGroup'({ params }) {
      const group = world.groups.get(params.AutoScalingGroupName);
      checkNotDeleting(group);
      // Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
      if (group && group.members.length > 0 && !params.ForceDelete) {
        throw new AwsError(
          'ResourceInUse',
          'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
        );
      }
    },
  };
}

/**
 * The sizes that a group has after `params`: a new bound moves what is desired where nothing else is said.
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html; the words
 * are those that CloudFormation passes on from Auto Scaling.
 */
export function checkSizes(group: Group | undefined, params: Members) {
  const min: number = params.MinSize ?? group?.min;
  const max: number = params.MaxSize ?? group?.max;
  if (min > max) {
    throw new AwsError(
      'ValidationError',
      `Max bound, ${max}, must be greater than or equal to min bound, ${min}.`,
    );
  }
  const said: number | undefined = params.DesiredCapacity;
  if (said !== undefined && (said < min || said > max)) {
    throw new AwsError(
      'ValidationError',
      `Desired capacity:${said} must be between the specified min size:${min} and max size:${max}`,
    );
  }
  return { min, max, desired: said ?? Math.min(Math.max(group?.desired ?? min, min), max) };
}

/** The words are those that https://github.com/kubernetes/autoscaler/issues/943 reports. */
function checkDesired({ min, max }: Group, desired: number) {
  const refuse = (side: string, bound: number) => {
    throw new AwsError(
      'ValidationError',
      `New SetDesiredCapacity value ${desired} is ${side} ${bound} for the AutoScalingGroup.`,
    );
  };
  if (desired > max) refuse('above max value', max);
  if (desired < min) refuse('below min value', min);
}

/** Source of the code: the API model's ScalingActivityInProgressFault. The words are not documented. */
function checkNotDeleting(group: Group | undefined) {
  if (!group?.deleting) return;
  throw new AwsError('ScalingActivityInProgress', `AutoScalingGroup '${group.name}' is pending delete.`);
}

async function checkVersion(world: World, specification: Members) {
  const { LaunchTemplateId, LaunchTemplateName, Version } = specification;
  if (world.settings.numberedVersions && !/^\d+$/.test(Version ?? '')) {
    world.recorder.violate(
      'policy',
      `A group must name the number of a launch template version, not ${Version}`,
    );
    throw new AwsError('ValidationError', `Refused by our own rule: launch template version ${Version}`);
  }
  // Auto Scaling passes on what EC2 says, as an error of its own. Its words are not documented.
  try {
    pickVersion(await readVersions(world, { LaunchTemplateId, LaunchTemplateName }), Version ?? '$Default');
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new AwsError(
      'ValidationError',
      `You must use a valid fully-formed launch template. ${error.message}`,
    );
  }
}

import type { AwsCall, Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Refusals } from './behaviour.ts';
import type { World } from './world.ts';

/** Bytes before base64. Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
const maxUserData = 16_384;

/** What EC2 refuses in launch templates, and moto lets pass. */
export function createTemplateRefusals({ moto }: World): Refusals {
  const data = ({ params }: AwsCall) => checkData(params.LaunchTemplateData, 'InvalidUserData.Malformed');
  return {
    'ec2.CreateLaunchTemplate': data,
    'ec2.CreateLaunchTemplateVersion': data,
    // "You can't delete the default version of a launch template": https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
    // The code is not documented.
    async 'ec2.DeleteLaunchTemplateVersions'({ params: { LaunchTemplateId, LaunchTemplateName, Versions } }) {
      const { LaunchTemplates: [template] = [] } = await moto.ec2.describeLaunchTemplates(
        LaunchTemplateId
          ? { LaunchTemplateIds: [LaunchTemplateId] }
          : { LaunchTemplateNames: [LaunchTemplateName] },
      );
      if (!(Versions as string[]).includes(String(template?.DefaultVersionNumber))) return;
      throw new AwsError(
        'OperationNotPermitted',
        'The default version of a launch template cannot be deleted.',
      );
    },
    // RunInstances has another code for the same words.
    'ec2.RunInstances': ({ params }) => checkData(params, 'InvalidParameterValue'),
  };
}

/** Throws what EC2 answers to `data`, be it for a launch template or for instances. */
export function checkData({ UserData = '', MetadataOptions }: Members, code: string) {
  // Source of the words and of the codes: https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3700
  // for launch templates, https://github.com/kubermatic/kubermatic/issues/144 for instances.
  if (Buffer.from(UserData, 'base64').length > maxUserData) {
    throw new AwsError(code, `User data is limited to ${maxUserData} bytes`);
  }
  // Source of the range: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html
  // The words are not documented.
  const hops: number | undefined = MetadataOptions?.HttpPutResponseHopLimit;
  if (hops !== undefined && (hops < 1 || hops > 64)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${hops}) for parameter HttpPutResponseHopLimit is invalid. Possible values: Integers from 1 to 64`,
    );
  }
}

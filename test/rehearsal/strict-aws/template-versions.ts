import type { LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import type { Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { World } from './world.ts';

/** All versions of a launch template that are not deleted, newest first, as EC2 lists them. */
export async function readVersions(
  { moto, deletedVersions }: World,
  { LaunchTemplateId, LaunchTemplateName }: Members,
): Promise<LaunchTemplateVersion[]> {
  const { LaunchTemplateVersions = [] } = await moto.ec2.describeLaunchTemplateVersions({
    ...(LaunchTemplateId ? { LaunchTemplateId } : { LaunchTemplateName }),
    MaxResults: 10_000,
  });
  return LaunchTemplateVersions.filter(
    ({ LaunchTemplateId: id = '', VersionNumber = 0 }) => !deletedVersions.get(id)?.has(VersionNumber),
  ).reverse();
}

/** One of `versions` by its number, `$Latest` or `$Default`. Source of the code: EC2's "Error codes". */
export function pickVersion(versions: LaunchTemplateVersion[], wanted: string): LaunchTemplateVersion {
  const found =
    wanted === '$Latest'
      ? versions[0]
      : versions.find(({ VersionNumber, DefaultVersion }) =>
          wanted === '$Default' ? DefaultVersion : String(VersionNumber) === wanted,
        );
  if (found) return found;
  throw new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${wanted} for the launch template with ID ${versions[0]?.LaunchTemplateId}.`,
  );
}

import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';

/** Source: "Run commands at launch" in the EC2 guide: 16 KB, before it is encoded. */
export const mostUserDataBytes = 16_384;

/**
 * What is wrong with a launch template version, in sentences; the words in quotes are EC2's own. Empty if it
 * may be released.
 */
export function launchTemplateFaults(data: ResponseLaunchTemplateData): string[] {
  return [...userDataFaults(data), ...metadataFaults(data), ...volumeFaults(data), ...accessFaults(data)];
}

function userDataFaults({ UserData }: ResponseLaunchTemplateData): string[] {
  if (!UserData) return ['It has no user data, so its instances would never start the service.'];
  const bytes = Buffer.from(UserData, 'base64').length;
  return bytes > mostUserDataBytes
    ? [`Its user data has ${bytes} bytes: "User data is limited to ${mostUserDataBytes} bytes".`]
    : [];
}

function metadataFaults({ MetadataOptions: options }: ResponseLaunchTemplateData): string[] {
  const faults: string[] = [];
  const hops = options?.HttpPutResponseHopLimit;
  if (options?.HttpTokens !== 'required')
    faults.push(
      'HttpTokens is not `required`: any request that a visitor makes the service send could read its credentials.',
    );
  if (hops !== undefined && (hops < 1 || hops > 64))
    faults.push(`HttpPutResponseHopLimit is ${hops}: "Possible values: Integers from 1 to 64".`);
  else if (hops !== 1)
    faults.push(`HttpPutResponseHopLimit is ${hops ?? 'not set'}: 1 keeps the metadata on the instance.`);
  if (options?.InstanceMetadataTags !== 'enabled')
    faults.push(
      'InstanceMetadataTags is not `enabled`: the user data reads from its tags which fleet it is in.',
    );
  return faults;
}

function volumeFaults({ BlockDeviceMappings: volumes = [] }: ResponseLaunchTemplateData): string[] {
  return volumes
    .filter(({ Ebs }) => Ebs && Ebs.Encrypted !== true)
    .map(({ DeviceName }) => `The volume ${DeviceName} is not encrypted.`);
}

function accessFaults({ KeyName, IamInstanceProfile }: ResponseLaunchTemplateData): string[] {
  return [
    ...(KeyName ? [`It names the SSH key ${KeyName}; Session Manager needs none.`] : []),
    ...(IamInstanceProfile
      ? []
      : ['It has no instance profile, so its instances cannot read their settings.']),
  ];
}

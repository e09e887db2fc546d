import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import { instancesHaveRole, metadataIsGuarded } from '../../../infra/policies/instances.ts';
import { noSsh } from '../../../infra/policies/network.ts';
import { volumesAreEncrypted } from '../../../infra/policies/stores.ts';
import type { Properties, Template } from '../../../infra/policies/template.ts';

/** Source: "Run commands at launch" in the EC2 guide: 16 KB, before it is encoded. */
export const mostUserDataBytes = 16_384;

/** What holds for the launch template in infra/stack.yaml holds for every version that somebody made of it. */
const policies = [metadataIsGuarded, volumesAreEncrypted, noSsh, instancesHaveRole];

/**
 * What is wrong with a launch template version, in sentences; the words in quotes are EC2's own. Empty if it
 * may be released.
 */
export function launchTemplateFaults(data: ResponseLaunchTemplateData): string[] {
  return [...userDataFaults(data), ...hopFaults(data), ...policyFaults(data)];
}

function policyFaults(data: ResponseLaunchTemplateData): string[] {
  const name = 'The launch template version';
  const Properties = JSON.parse(JSON.stringify({ LaunchTemplateData: data })) as Properties;
  const template: Template = {
    Parameters: {},
    Resources: { [name]: { Type: 'AWS::EC2::LaunchTemplate', Properties } },
    Outputs: {},
  };
  return policies.flatMap((policy) => policy(template)).map((fault) => `${fault.replace(': ', ' ')}.`);
}

function userDataFaults({ UserData }: ResponseLaunchTemplateData): string[] {
  if (!UserData) return ['It has no user data, so its instances would never start the service.'];
  const bytes = Buffer.from(UserData, 'base64').length;
  return bytes > mostUserDataBytes
    ? [`Its user data has ${bytes} bytes: "User data is limited to ${mostUserDataBytes} bytes".`]
    : [];
}

/** EC2 itself refuses what is outside of its range. */
function hopFaults({ MetadataOptions: options }: ResponseLaunchTemplateData): string[] {
  const hops = options?.HttpPutResponseHopLimit;
  return hops !== undefined && (hops < 1 || hops > 64)
    ? [`HttpPutResponseHopLimit is ${hops}: "Possible values: Integers from 1 to 64".`]
    : [];
}

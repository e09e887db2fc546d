import type { CreateLaunchTemplateRequest } from '@aws-sdk/client-ec2';

const fleet = 'prod';
const tags = (name: string) => [
  { Key: 'Name', Value: name },
  { Key: 'inlet:fleet', Value: fleet },
];

/**
 * What `aws ec2 create-launch-template --cli-input-json` takes, for whoever starts instances by hand; the stack
 * makes its own, the same one, with its security group. `userData` is the script as it is: EC2 wants it in base64.
 *
 * The image is looked up at each launch, so an instance gets the newest one. Without a slot's tag, the instance
 * serves all by itself. Auto Scaling puts the tags of its group over these.
 */
export function launchTemplate(userData: string): CreateLaunchTemplateRequest {
  return {
    LaunchTemplateName: `inlet-${fleet}`,
    TagSpecifications: [{ ResourceType: 'launch-template', Tags: tags(`inlet-${fleet}`) }],
    LaunchTemplateData: {
      ImageId: `resolve:ssm:/inlet/${fleet}/image`,
      InstanceType: 't3.small',
      IamInstanceProfile: { Name: `inlet-${fleet}-instance` },
      UserData: Buffer.from(userData).toString('base64'),
      MetadataOptions: {
        HttpEndpoint: 'enabled',
        // Version 2 only, and not for what runs behind another hop, such as a container or a proxy.
        HttpTokens: 'required',
        HttpPutResponseHopLimit: 1,
        // The user data reads the fleet from the tags.
        InstanceMetadataTags: 'enabled',
      },
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true } },
      ],
      Monitoring: { Enabled: true },
      DisableApiTermination: false,
      // Nothing that matters is on an instance.
      InstanceInitiatedShutdownBehavior: 'terminate',
      TagSpecifications: [
        { ResourceType: 'instance', Tags: tags(`inlet-${fleet}`) },
        { ResourceType: 'volume', Tags: tags(`inlet-${fleet}`) },
      ],
    },
  };
}

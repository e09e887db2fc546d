import { statementsOf } from './iam-policies.ts';
import { actionsOfSource } from './sdk-actions.ts';
import { at, type Template } from './template.ts';

const why: Record<string, string> = {
  Objects: 'Uploads, speech.',
  Bucket: 'Readiness; a missing object is told from a forbidden one; parts left behind are found.',
  Records: 'Uploads, feedback, keys, codes, speech.',
  Lists: 'Lists and the outbox, through the two indexes.',
  Limits: 'Rate limits.',
  Notices: 'Publishing feedback; readiness.',
  Codes: 'One-time codes by e-mail through SNS alone; readiness.',
  Sms: 'One-time codes by SMS, if `AllowSms` is true.',
  Senders: 'Numbers that have opted out; readiness.',
  Mail: 'One-time codes by e-mail through SES.',
  Speech: 'Text to speech.',
  NoticesKey: 'The topics are encrypted with the key of the stack.',
  Settings: 'User data reads the settings at boot.',
  Secrets: 'Settings that are SecureStrings.',
  Lifecycle: 'User data ends the launch hook, the instance-side unit the termination hook.',
  Metrics: 'CloudWatch agent: memory, by group.',
  Logs: 'CloudWatch agent: logs.',
  GroupName: 'CloudWatch agent: the name of the group.',
  Session: 'SSM agent: Session Manager.',
};

const code = (words: string[]) => words.map((word) => `\`${word}\``).join(', ');

/** An ARN as a person would write it: `Table`, `…:parameter/inlet/<Fleet>/env`. */
function shown(resource: string): string {
  const reference = /^\{"(?:Ref":"|Fn::GetAtt":\[")(\w+)/.exec(resource)?.[1];
  return (
    reference ??
    resource
      .replace(/^arn:.*?AccountId\}:/, '…:')
      .replaceAll('.Arn}', '}')
      .replaceAll(/\$\{(\w+)\}/g, '<$1>')
  );
}

function instanceRows(template: Template): string[] {
  return statementsOf(template)
    .filter(({ of, sid }) => of.name === 'InstanceRole' && sid !== '')
    .map(({ of, sid, actions, resources }) => {
      const reason = at(of.resource.Metadata, 'Reasons', sid);
      const wildcard = typeof reason === 'string' ? ` (\`*\`: ${reason})` : '';
      return `| ${sid} | ${code(actions)} | ${code(resources.map(shown))} | ${why[sid] ?? ''}${wildcard} |`;
    });
}

/** `docs/iam.md`, from the template and from the sources of the `fleet` commands. */
export function iamDocument(template: Template, fleetSources: string[]): string {
  const fleet = [...new Set(fleetSources.flatMap(actionsOfSource))].sort();
  const services = [...new Set(fleet.map((action) => action.split(':')[0] ?? ''))];
  const fleetRows = services.map(
    (service) => `| ${service} | ${code(fleet.filter((action) => action.startsWith(`${service}:`)))} |`,
  );
  return `# Permissions

Made by \`npm run generate\`. Change the source, not this file. The sources are \`infra/stack.yaml\` and the calls in
\`scripts/fleet/\`.

## The instances

What \`InstanceRole\` in the stack allows. A test compares it, both ways, with the calls that the adapters in
\`src/platform/aws\`, the user data and the scripts of the image make: nothing is missing, nothing is left over. What the
agents of AWS need is from the Systems Manager and CloudWatch guides; the managed policies for them
(\`AmazonSSMManagedInstanceCore\`, \`CloudWatchAgentServerPolicy\`) allow far more, such as reading every parameter.

| statement | actions | on | what for |
| --- | --- | --- | --- |
${instanceRows(template).join('\n')}

If \`INLET_KMS_KEY_ID\` names a key of yours for the uploads, that key's policy must allow the role
\`kms:GenerateDataKey\` and \`kms:Decrypt\`.

## The administrators

What the \`fleet\` commands call by themselves:

| service | actions |
| --- | --- |
${fleetRows.join('\n')}

Beside that they need:

- \`iam:PassRole\` for the role of the instances, on \`arn:aws:iam::<account>:role/inlet-<fleet>-*\`, with the condition
  \`iam:PassedToService\` = \`ec2.amazonaws.com\`: whoever makes an Auto Scaling group use a launch template hands on the
  role in it.
- For \`up\` and \`down\`, what CloudFormation does in their name with the resources of the stack: network, load balancer,
  groups, role and instance profile, key, buckets, tables, topics, alarms, parameters, records. Rather than allow people
  all of it, give CloudFormation a service role of its own, and people \`iam:PassRole\` for that one with
  \`iam:PassedToService\` = \`cloudformation.amazonaws.com\`.
- For \`bake\`, what Packer needs for an EBS-backed image ("Amazon EC2 plugin, IAM task or instance role" in its
  documentation), and \`ssm:PutParameter\` on \`/inlet/<fleet>/image\`.
- For shells on instances, \`ssm:StartSession\` with the condition \`ssm:resourceTag/inlet:fleet\` = the fleet.

No stand-in for AWS checks policies. Try the roles on an account of yours, with IAM Access Analyzer's policy checks and a
first \`fleet preflight\`.
`;
}

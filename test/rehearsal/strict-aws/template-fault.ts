import type { Members } from './aws-call.ts';
import type { ResolvedTemplate } from './stack-template.ts';
import { checkData } from './template-refusals.ts';

/**
 * Why a stack would fail on its launch templates: CloudFormation calls EC2, which refuses what it refuses anybody.
 * Sees user data that stands in the template as a text, and numbers; not what functions put together.
 */
export function templateFault({ parsed, values }: ResolvedTemplate): string | undefined {
  for (const [name, { Type, Properties }] of Object.entries<Members>(parsed.Resources ?? {})) {
    if (Type !== 'AWS::EC2::LaunchTemplate') continue;
    const { UserData, MetadataOptions = {} } = Properties.LaunchTemplateData;
    const text = UserData?.['Fn::Base64'];
    const hops = MetadataOptions.HttpPutResponseHopLimit;
    try {
      checkData(
        {
          UserData: typeof text === 'string' ? Buffer.from(text).toString('base64') : undefined,
          MetadataOptions: { HttpPutResponseHopLimit: Number(values[hops?.Ref] ?? hops ?? 1) },
        },
        'InvalidRequest',
      );
    } catch (error) {
      return `The following resource(s) failed: [${name}]. ${(error as Error).message}`;
    }
  }
  return undefined;
}

import type { Template } from './template.ts';
import { templateBody } from './template-body.ts';

/** Most bytes of a template that CloudFormation takes in a request. Source: "CloudFormation quotas". */
export const mostTemplateBytes = 51_200;

/** Bytes of a template as it is sent. Names written out make it shorter, never longer. */
export const templateBytes = (template: Template): number => Buffer.byteLength(templateBody(template));

/** CloudFormation takes a larger template only from a bucket. */
export function templateFits(template: Template): string[] {
  const bytes = templateBytes(template);
  return bytes <= mostTemplateBytes
    ? []
    : [`the template has ${bytes} bytes, ${mostTemplateBytes} are possible`];
}

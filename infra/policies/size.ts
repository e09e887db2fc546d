/** Most bytes of a template that CloudFormation takes in a request. Source: "CloudFormation quotas". */
export const mostTemplateBytes = 51_200;

/** CloudFormation takes a larger template only from a bucket. */
export function templateFits(text: string): string[] {
  const bytes = Buffer.byteLength(text);
  return bytes <= mostTemplateBytes
    ? []
    : [`the template has ${bytes} bytes, ${mostTemplateBytes} are possible`];
}

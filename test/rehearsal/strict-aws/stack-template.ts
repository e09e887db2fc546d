import { parseTemplate } from '../../../infra/policies/parse-template.ts';
import type { Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { MotoClients } from './moto-clients.ts';

/** A template with its parameters as CloudFormation sees them. */
export interface ResolvedTemplate {
  /** Values by parameter, those out of Parameter Store resolved. */
  values: Record<string, string>;
  /** Names in Parameter Store by parameter. */
  names: Record<string, string>;
  parsed: Members;
}

/**
 * Looks up what the template takes from Parameter Store. CloudFormation does so at every operation, which is how
 * a new image gets into a stack whose template and parameters stay the same; moto compares only the names, and
 * would find nothing to update.
 */
export async function resolveTemplate(
  { ssm }: MotoClients,
  body: string,
  given: Members[],
  previous: Record<string, string>,
): Promise<ResolvedTemplate> {
  const parsed: Members = parseTemplate(body);
  const values: Record<string, string> = {};
  const names: Record<string, string> = {};
  const stray = given.map(({ ParameterKey }) => ParameterKey).filter((key) => !parsed.Parameters?.[key]);
  if (stray.length > 0) {
    throw new AwsError('ValidationError', `Parameters: [${stray.join(', ')}] do not exist in the template`);
  }
  for (const [key, parameter] of Object.entries<Members>(parsed.Parameters ?? {})) {
    const own = given.find(({ ParameterKey }) => ParameterKey === key);
    const value = own?.UsePreviousValue ? previous[key] : (own?.ParameterValue ?? parameter.Default);
    // moto names the parameters that have no value.
    if (value === undefined) continue;
    values[key] = String(value);
    if (!String(parameter.Type).startsWith('AWS::SSM::Parameter::')) continue;
    names[key] = String(value);
    values[key] = await lookUp(ssm, String(value));
  }
  return { values, names, parsed };
}

async function lookUp(ssm: MotoClients['ssm'], name: string): Promise<string> {
  const found = await ssm.getParameter({ Name: name }).catch(() => undefined);
  const value = found?.Parameter?.Value;
  if (value !== undefined) return value;
  throw new AwsError(
    'ValidationError',
    `Unable to fetch parameters [${name}] from parameter store for this account.`,
  );
}

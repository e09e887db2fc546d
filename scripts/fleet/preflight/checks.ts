import { mostTemplateBytes, templateBytes } from '../../../infra/policies/size.ts';
import type { Template } from '../../../infra/policies/template.ts';
import { timeoutsFit } from '../../../infra/policies/timeouts.ts';
import { ConfigError, loadConfig } from '../../../src/config.ts';
import { otpSettingMistakes } from '../../../src/platform/aws/otp-settings.ts';
import { settings } from '../../../src/settings.ts';
import { mostUserDataBytes } from './launch-template-faults.ts';
import { type ParameterQuestion, parameterFaults, valuesInEffect } from './parameter-faults.ts';

export interface Check {
  name: string;
  ok: boolean;
  /** What was found; if it is not ok, what to do. */
  detail: string;
}

function sizeCheck(name: string, bytes: number, most: number, refusal: string): Check {
  const ok = bytes <= most;
  return { name, ok, detail: `${bytes} of ${most} bytes${ok ? '' : `: "${refusal}"`}` };
}

export const userDataCheck = (userData: string) =>
  sizeCheck(
    'user data',
    Buffer.byteLength(userData),
    mostUserDataBytes,
    `User data is limited to ${mostUserDataBytes} bytes`,
  );

/** The template as it is sent. */
export const templateCheck = (template: Template) =>
  sizeCheck(
    'template',
    templateBytes(template),
    mostTemplateBytes,
    `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${mostTemplateBytes}`,
  );

/** Settings that a configuration needs, with values that only their shape matters of. */
const placeholders = {
  INLET_PLATFORM: 'aws',
  AWS_REGION: 'eu-central-1',
  INLET_BUCKET: 'bucket',
  INLET_TABLE: 'table',
  INLET_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:topic',
  INLET_LINK_SECRETS: '0'.repeat(64),
};

/**
 * Whether every timeout, from the load balancer to the target group, leaves room for the one inside it: those of
 * the stack with the parameters that would be in effect, and those that administrators keep in Parameter Store
 * (`env`; the service's defaults where they keep none).
 */
export function timeoutCheck(
  { template, current, given }: ParameterQuestion,
  env: Record<string, string>,
): Check {
  const name = 'timeouts';
  const kept = Object.entries(env).filter(([setting]) => setting.endsWith('_SECONDS'));
  const inner = settings.aws.safeParse({ ...placeholders, ...Object.fromEntries(kept) });
  if (!inner.success) {
    const faults = inner.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { name, ok: false, detail: faults.join('\n  ') };
  }
  const faults = timeoutsFit(withDefaults(template, valuesInEffect(template, current, given)), inner.data);
  const ok = faults.length === 0;
  return { name, ok, detail: ok ? 'each leaves room for the one inside it' : faults.join('\n  ') };
}

/** The template as if these values were the defaults of its parameters, which is what a policy looks at. */
function withDefaults(template: Template, values: Record<string, string>): Template {
  const Parameters = Object.fromEntries(
    Object.entries(template.Parameters).map(([name, parameter]) => [
      name,
      { ...parameter, Default: values[name] ?? '' },
    ]),
  );
  return { ...template, Parameters };
}

/** Whether the template takes the parameters, one by one and together. */
export function parameterCheck(question: ParameterQuestion): Check {
  const faults = parameterFaults(question);
  const ok = faults.length === 0;
  const given = Object.keys(question.given).length;
  return { name: 'parameters', ok, detail: ok ? `${given} given; they go together` : faults.join('\n  ') };
}

/** Whether the service would start with the settings in Parameter Store. */
export function settingsCheck(env: Record<string, string>): Check {
  return configCheck(
    'settings',
    env,
    `${Object.keys(env).length} in Parameter Store; the service takes them`,
  );
}

function configCheck(name: string, env: Record<string, string>, fine: string): Check {
  try {
    const config = loadConfig(env);
    const mistakes = config.INLET_PLATFORM === 'aws' ? otpSettingMistakes(config) : [];
    if (mistakes.length > 0) throw new ConfigError(mistakes);
    return { name, ok: true, detail: fine };
  } catch (error) {
    if (error instanceof ConfigError) return { name, ok: false, detail: error.message };
    throw error;
  }
}

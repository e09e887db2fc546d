import { ConfigError, loadConfig } from '../../../src/config.ts';
import { mostUserDataBytes } from './launch-template-faults.ts';

export interface Check {
  name: string;
  ok: boolean;
  /** What was found; if it is not ok, what to do. */
  detail: string;
}

/** Source: "AWS CloudFormation quotas", template body in a request. */
const mostTemplateBytes = 51_200;

function sizeCheck(name: string, text: string, most: number, refusal: string): Check {
  const bytes = Buffer.byteLength(text);
  const ok = bytes <= most;
  return { name, ok, detail: `${bytes} of ${most} bytes${ok ? '' : `: "${refusal}"`}` };
}

export const userDataCheck = (userData: string) =>
  sizeCheck('user data', userData, mostUserDataBytes, `User data is limited to ${mostUserDataBytes} bytes`);

export const templateCheck = (template: string) =>
  sizeCheck(
    'template',
    template,
    mostTemplateBytes,
    `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${mostTemplateBytes}`,
  );

/** The stack's parameters that take part in the chain of timeouts, and the settings they stand for. */
const chained = {
  IdleTimeout: 'INLET_LB_IDLE_SECONDS',
  KeepAliveTimeout: 'INLET_KEEP_ALIVE_SECONDS',
  HeadersTimeout: 'INLET_HEADERS_SECONDS',
  TerminationHeartbeat: 'INLET_TERMINATION_HOOK_SECONDS',
  DeregistrationDelay: 'INLET_DEREGISTRATION_SECONDS',
} as const;

/** Settings that a configuration needs, with values that only their shape matters of. */
const placeholders = {
  INLET_PLATFORM: 'aws',
  AWS_REGION: 'eu-central-1',
  INLET_BUCKET: 'bucket',
  INLET_TABLE: 'table',
  INLET_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:topic',
  INLET_LINK_SECRETS: '0'.repeat(64),
};

/** Whether every timeout, from the load balancer to the target group, leaves room for the one inside it. */
export function timeoutCheck(parameters: Record<string, string>): Check {
  const name = 'timeouts';
  const own = Object.entries(chained).flatMap(([parameter, setting]) => {
    const value = parameters[parameter];
    return value === undefined ? [] : [[setting, value]];
  });
  const env = { ...placeholders, ...Object.fromEntries(own) };
  return configCheck(name, env, 'each leaves room for the one inside it');
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
    loadConfig(env);
    return { name, ok: true, detail: fine };
  } catch (error) {
    if (error instanceof ConfigError) return { name, ok: false, detail: error.message };
    throw error;
  }
}

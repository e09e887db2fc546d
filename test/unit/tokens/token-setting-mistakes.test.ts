import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '../../../src/config.ts';
import { albKeysUrl } from '../../../src/tokens/alb-keys-url.ts';
import { jwksUrl } from '../../../src/tokens/token-setting-mistakes.ts';

const issuer = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example';
const arn = (partition: string, region: string, rest = 'loadbalancer/app/inlet/50dc6c495c0c9188') =>
  `arn:${partition}:elasticloadbalancing:${region}:123456789012:${rest}`;

/** The names of the settings that are wrong. */
function mistaken(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(':')[0] ?? '');
  }
}

test('settings that go together are taken', () => {
  const both = { INLET_JWT_ISSUER: issuer, INLET_JWT_AUDIENCE: 'inlet, other' };
  assert.deepEqual(loadConfig(both).INLET_JWT_AUDIENCE, ['inlet', 'other']);
  assert.deepEqual(mistaken({ ...both, INLET_JWT_JWKS_URL: 'https://keys.example/jwks' }), []);
  assert.deepEqual(mistaken({ INLET_ALB_OIDC_SIGNER: arn('aws', 'eu-central-1') }), []);
  assert.deepEqual(
    mistaken({ INLET_ALB_OIDC_SIGNER: arn('aws', 'eu-central-1'), INLET_JWT_AUDIENCE: 'staff' }),
    [],
  );
});

test('an issuer needs an audience, or tokens for other services would do', () => {
  assert.deepEqual(mistaken({ INLET_JWT_ISSUER: issuer }), ['INLET_JWT_AUDIENCE']);
  assert.deepEqual(mistaken({ INLET_JWT_ISSUER: issuer, INLET_JWT_AUDIENCE: ' , ' }), ['INLET_JWT_AUDIENCE']);
});

test('settings that would have no effect are mistakes', () => {
  assert.deepEqual(mistaken({ INLET_JWT_AUDIENCE: 'inlet' }), ['INLET_JWT_AUDIENCE']);
  assert.deepEqual(mistaken({ INLET_JWT_JWKS_URL: 'https://keys.example/jwks' }), ['INLET_JWT_JWKS_URL']);
});

test('keys come by https, or from this machine', () => {
  const INLET_JWT_AUDIENCE = 'inlet';
  for (const own of ['http://127.0.0.1:8080', 'http://localhost/realms/x', 'http://[::1]:8080']) {
    assert.deepEqual(mistaken({ INLET_JWT_ISSUER: own, INLET_JWT_AUDIENCE }), []);
  }
  for (const far of ['http://keys.example', 'http://127.0.0.1.example', 'http://localhost.example']) {
    assert.deepEqual(mistaken({ INLET_JWT_ISSUER: far, INLET_JWT_AUDIENCE }), ['INLET_JWT_ISSUER']);
    const INLET_JWT_JWKS_URL = `${far}/jwks`;
    assert.deepEqual(mistaken({ INLET_JWT_ISSUER: issuer, INLET_JWT_AUDIENCE, INLET_JWT_JWKS_URL }), [
      'INLET_JWT_JWKS_URL',
    ]);
  }
});

test('keys are below the issuer unless a setting says where', () => {
  const rest = { INLET_JWT_SCOPE_CLAIM: 'scope', INLET_JWT_SCOPE_PREFIX: '' };
  assert.equal(jwksUrl({ ...rest, INLET_JWT_ISSUER: issuer }), `${issuer}/.well-known/jwks.json`);
  assert.equal(
    jwksUrl({ ...rest, INLET_JWT_ISSUER: 'https://tenant.example/' }),
    'https://tenant.example/.well-known/jwks.json',
  );
  const INLET_JWT_JWKS_URL = 'https://keys.example/jwks';
  assert.equal(jwksUrl({ ...rest, INLET_JWT_ISSUER: issuer, INLET_JWT_JWKS_URL }), INLET_JWT_JWKS_URL);
  assert.equal(jwksUrl(rest), undefined);
});

test('the signer is an Application Load Balancer', () => {
  for (const rest of [
    'loadbalancer/net/inlet/50dc6c495c0c9188',
    'loadbalancer/app/inlet',
    'targetgroup/a/b',
  ]) {
    assert.deepEqual(mistaken({ INLET_ALB_OIDC_SIGNER: arn('aws', 'eu-central-1', rest) }), [
      'INLET_ALB_OIDC_SIGNER',
    ]);
  }
  assert.equal(albKeysUrl(arn('aws', 'evil.example/x')), undefined);
});

test('every partition has its keys where AWS has them', () => {
  assert.equal(
    albKeysUrl(arn('aws', 'eu-central-1')),
    'https://public-keys.auth.elb.eu-central-1.amazonaws.com',
  );
  assert.equal(
    albKeysUrl(arn('aws-us-gov', 'us-gov-west-1')),
    'https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1',
  );
  assert.equal(
    albKeysUrl(arn('aws-cn', 'cn-north-1')),
    'https://public-keys.auth.elb.cn-north-1.amazonaws.com.cn',
  );
});

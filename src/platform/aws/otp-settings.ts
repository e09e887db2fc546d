import { isSupportedCountry } from 'libphonenumber-js/max';
import type { AwsConfig } from '../../config.ts';

type OtpSettings = Pick<
  AwsConfig,
  | 'INLET_TOPIC_ARN'
  | 'INLET_OTP_EMAIL'
  | 'INLET_OTP_FROM'
  | 'INLET_OTP_TOPIC_ARN'
  | 'INLET_OTP_SMS'
  | 'INLET_SMS_COUNTRIES'
  | 'INLET_SMS_MAX_PRICE'
  | 'INLET_SMS_MONTHLY_USD'
>;

/** What is wrong with the settings of the senders of codes taken together, one sentence each. */
export function otpSettingMistakes(settings: OtpSettings): string[] {
  const mistakes: string[] = [];
  const { INLET_OTP_EMAIL: email, INLET_OTP_TOPIC_ARN: topicArn } = settings;
  if (email === 'ses' && !settings.INLET_OTP_FROM)
    mistakes.push('INLET_OTP_FROM: it must be set with INLET_OTP_EMAIL=ses');
  if (email === 'sns' && !topicArn)
    mistakes.push('INLET_OTP_TOPIC_ARN: it must be set with INLET_OTP_EMAIL=sns');
  // Whoever reads feedback would read every code, and whoever asks for a code would be sent feedback.
  if (topicArn && topicArn === settings.INLET_TOPIC_ARN)
    mistakes.push('INLET_OTP_TOPIC_ARN: it must not be the topic for notifications, INLET_TOPIC_ARN');
  return settings.INLET_OTP_SMS === 'off' ? mistakes : [...mistakes, ...smsMistakes(settings)];
}

function smsMistakes(settings: OtpSettings): string[] {
  const { INLET_SMS_COUNTRIES: countries, INLET_SMS_MONTHLY_USD: budget } = settings;
  const mistakes: string[] = [];
  if (countries.length === 0)
    mistakes.push('INLET_SMS_COUNTRIES: it must name a country with INLET_OTP_SMS=sns');
  for (const country of countries.filter((code) => !isSupportedCountry(code)))
    mistakes.push(`INLET_SMS_COUNTRIES: ${country} is no country with telephone numbers (ISO 3166-1)`);
  if (budget > 0 && budget < settings.INLET_SMS_MAX_PRICE)
    mistakes.push(
      'INLET_SMS_MONTHLY_USD: it must be enough for one SMS, INLET_SMS_MAX_PRICE; 0 stops all SMS',
    );
  return mistakes;
}

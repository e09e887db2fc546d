import { AwsError } from './aws-error.ts';

/**
 * A statistic in CloudWatch's notation over `values`; undefined over none. Percentiles are exact here, where
 * CloudWatch keeps distributions in steps.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
export function statistic(name: string, values: number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sum = values.reduce((total, value) => total + value, 0);
  if (name === 'SampleCount') return values.length;
  if (name === 'Sum') return sum;
  if (name === 'Average') return sum / values.length;
  if (name === 'Minimum') return Math.min(...values);
  if (name === 'Maximum') return Math.max(...values);
  const percentile = /^p(\d{1,3}(?:\.\d+)?)$/.exec(name)?.[1];
  if (percentile !== undefined && Number(percentile) <= 100) return quantile(values, Number(percentile));
  const [, low, high] = /^PR\((\d*\.?\d*):(\d*\.?\d*)\)$/.exec(name) ?? [];
  if (low || high) return rank(values, low ? Number(low) : -Infinity, high ? Number(high) : Infinity);
  throw new AwsError('ValidationError', `The value ${name} for parameter Stat is not supported.`);
}

/** Nearest rank. */
function quantile(values: number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number;
}

/** Percent of the values above `low`, up to and including `high`. */
function rank(values: number[], low: number, high: number): number {
  return (values.filter((value) => value > low && value <= high).length * 100) / values.length;
}

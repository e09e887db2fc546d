/** A minute of a target group's traffic. */
export interface TrafficMinute {
  /** ARN of the target group, or the part of it that CloudWatch knows: `targetgroup/inlet-prod-a/0123456789abcdef`. */
  targetGroup: string;
  /** Any moment of the minute. */
  minute: Date;
  requests: number;
  errors5xx?: number;
  /** Connections that no target accepted. */
  connectionErrors?: number;
  /** Seconds from the request to the first byte of the answer, one for each request that counts. */
  latencies?: number[];
}

/** Traffic by target group and minute. */
export type Traffic = ReturnType<typeof createTraffic>;

export function createTraffic() {
  const minutes: (TrafficMinute & { at: number })[] = [];
  return {
    put(...added: TrafficMinute[]) {
      for (const each of added) {
        const at = Math.floor(each.minute.getTime() / 60_000) * 60_000;
        minutes.push({ ...each, targetGroup: fullName(each.targetGroup), at });
      }
    },
    /** What a target group had from `from` on and before `to`, in milliseconds since 1970. */
    between(targetGroup: string, from: number, to: number) {
      return minutes.filter((each) => each.targetGroup === targetGroup && each.at >= from && each.at < to);
    },
    clear() {
      minutes.length = 0;
    },
  };
}

const fullName = (arn: string) => arn.replace(/^arn:.*:(?=targetgroup\/)/, '');

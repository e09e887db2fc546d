/** What became of one request. */
export interface LoadRecord {
  /** The value of its X-Request-Id, by which the load balancer's log knows it. */
  id: string;
  /** What happened to the fleet when it began. */
  step: string;
  kind: 'feedback' | 'form' | 'slow' | 'download' | 'get' | 'preflight';
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
  /** Undefined if no whole answer came. */
  status: number | undefined;
  /** From X-Inlet-Release: undefined if the service did not answer. */
  release: string | undefined;
  /** The host that answered. */
  host: string | undefined;
  /** Why it counts as failed: another status than the expected one, a broken connection, wrong bytes. */
  failure: string | undefined;
}

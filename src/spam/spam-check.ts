import type { Suspicion } from '../metrics/metric-definitions.ts';

/** What a request shows of whoever sent it. */
export interface Evidence {
  /** Whether the field that people do not see was filled in. */
  honeypot: boolean;
  /** The form token, as it came. */
  token?: string | undefined;
  /** The solved proof of work, as it came. */
  pow?: string | undefined;
  /** Whether it is a form post, which a browser sends from any page without asking first. */
  isForm: boolean;
  /** The origin that the browser names in `Origin`, or else in `Referer`. Programs name none. */
  origin: string | undefined;
  /** The origin that the request was sent to. */
  ownOrigin: string;
  /** Whether the browser says that the page is of the same origin (`Sec-Fetch-Site`). */
  isSameOrigin: boolean;
}

/** Judges whether feedback may come from a program. Feedback owns this port. */
export interface SpamCheck {
  /**
   * Every reason for suspicion, or none. Uses up the proof of work for `owner`, the id of the feedback. Rejects
   * with `store_unavailable`.
   */
  assess(evidence: Evidence, form: string, owner: string): Promise<Suspicion[]>;

  /** Makes the proof of work good again that `owner` used for feedback that was not kept. */
  giveBack(evidence: Evidence, form: string, owner: string): Promise<void>;
}

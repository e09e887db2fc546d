/** A message to the people behind the site, in the forms that its readers need. */
export interface Notification {
  /** The id of the feedback: publishing the same id twice is the same message. */
  id: string;
  /** One line, any characters. */
  subject: string;
  /** For people: plain text. */
  prose: string;
  /**
   * For machines. Where a channel has a size limit, `message` is the member to shorten, though never below
   * its first 10 000 characters as long as the channel can carry those.
   */
  data: Record<string, unknown> & { message: string };
  /** For filters: at most five, because SNS filter policies take five keys. */
  attributes: Record<string, string | number>;
}

/** Tells the people behind the site. */
export interface Notifier {
  /** Resolves with the channel's own message id once the channel has taken the message. */
  publish(notification: Notification): Promise<{ messageId: string }>;

  check(): Promise<void>;
}

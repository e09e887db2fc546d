import type { Readable } from 'node:stream';
import type { StoredContent } from '../http/send-content.ts';
import type { ByteRange } from '../uploads/object-store.ts';

/** How somebody wants to hear feedback, as far as they have said. */
export interface Hearing {
  voice?: string | undefined;
  language?: string | undefined;
  engine?: string | undefined;
  format?: string | undefined;
}

export interface SpokenFeedback {
  content: StoredContent;
  open(range?: ByteRange): Promise<Readable>;
}

/** Feedback to listen to. The audio belongs to the feedback, and goes when it does. */
export interface FeedbackSpeech {
  /**
   * Has the message made into speech unless it is there, and waits for a while; undefined if it takes longer. There is
   * one speech a format: asking for another voice replaces it. Rejects with `validation_failed` (at `?voice` and so
   * on), `speech_unavailable`, `speech_budget_spent`, `speech_failed` or `store_unavailable`.
   */
  speak(
    feedback: { id: string; message: string },
    hearing: Hearing,
    signal: AbortSignal,
  ): Promise<SpokenFeedback | undefined>;

  /** What has been made of the feedback and is complete, one a format. Makes nothing, so it costs nothing. */
  made(feedbackId: string): Promise<SpokenFeedback[]>;

  /** Removes every speech of the feedback, also one that is being made. */
  forget(feedbackId: string): Promise<void>;
}

import type { FeedbackSpeech, SpokenFeedback } from '../feedback/feedback-speech.ts';
import type { SpeechRecord } from './speech-record.ts';
import type { SpeechService } from './speech-service.ts';
import { speechContent } from './speech-view.ts';

const ownerOf = (feedbackId: string) => `feedback ${feedbackId}`;

/** Reads the messages of feedback aloud. */
export function createSpeechOfFeedback(
  speech: Pick<SpeechService, 'request' | 'open' | 'owned' | 'removeOwned'>,
): FeedbackSpeech {
  function spoken(record: SpeechRecord): SpokenFeedback | undefined {
    const content = speechContent(record);
    return content && { content, open: (range) => speech.open(record, 'audio', range) };
  }

  return {
    async speak({ id, message }, hearing, signal) {
      const { record } = await speech.request({
        input: { kind: 'text', content: message },
        wanted: hearing,
        captions: false,
        owner: ownerOf(id),
        pointer: (member) => `?${member}`,
        signal,
      });
      return spoken(record);
    },

    async made(feedbackId) {
      return (await speech.owned(ownerOf(feedbackId))).map(spoken).filter((each) => each !== undefined);
    },

    forget: (feedbackId) => speech.removeOwned(ownerOf(feedbackId)),
  };
}

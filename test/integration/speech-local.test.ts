import { speechServiceSuite } from '../contract/speech-service-suite.ts';
import { openSpeechStores } from '../support/open-speech-stores.ts';

speechServiceSuite('disk and SQLite', openSpeechStores);

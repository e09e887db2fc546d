import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/**
 * Starts Debian's Chromium with a profile of its own, which goes when it closes. Throws if there is none:
 * a page that was never opened has not been tested.
 */
export async function openChromium(): Promise<Browser> {
  try {
    accessSync(executablePath, constants.X_OK);
  } catch (cause) {
    throw new Error(`These tests need Chromium at ${executablePath}: apt-get install chromium`, { cause });
  }
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

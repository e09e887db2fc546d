import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** A visitor with a browser profile of their own. */
export interface Visit {
  page: Page;
  message: Locator;
  button(name: string | RegExp): Locator;
  star(rating: number): Locator;
  files: Locator;
  /** Waits for the receipt and returns its id. */
  receipt(): Promise<string>;
  /** What has the focus. */
  focus: Locator;
  /** What the browser found wrong with the page: script errors, broken policies. */
  complaints: string[];
}

export async function textOf(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? '').trim();
}

/** Opens the address. The visit ends with the test. */
export async function visit(
  t: TestContext,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy|CORS|unsafe header/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(url);
  return {
    page,
    message: page.getByLabel('Your message'),
    button: (name) => page.getByRole('button', { name, exact: true }),
    star: (rating) => page.locator(`input[name=rating][value="${rating}"]`),
    files: page.locator('input[type=file]'),
    async receipt() {
      await page.getByRole('heading', { name: 'Thank you' }).waitFor();
      return textOf(page.locator('[data-part="receipt-id"]'));
    },
    focus: page.locator(':focus'),
    complaints,
  };
}

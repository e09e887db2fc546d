/** What the person at the keyboard can put right. Shown without a stack. */
export class UsageError extends Error {}

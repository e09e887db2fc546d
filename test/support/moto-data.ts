/** What moto has kept of everything that it was asked to send, by its own `/moto-api/data.json`. */
export async function readMotoData(endpoint: string) {
  const answer = await fetch(new URL('/moto-api/data.json', endpoint));
  const data = (await answer.json()) as {
    sns?: { SMS?: SentSms[] };
    ses?: { Message?: SentEmail[] };
  };
  // A service that nobody has used yet is not loaded.
  return { sms: data.sns?.SMS ?? [], emails: data.ses?.Message ?? [] };
}

export interface SentSms {
  phone_number: string;
  message: string;
}

export interface SentEmail {
  source: string;
  subject: string;
  body: string;
  destinations: Record<string, string[]>;
}

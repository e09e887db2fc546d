/**
 * Keeps the proof of a confirmed address until it is used, for as long as the tab lives: otp.html puts it there,
 * the form sends it. Browsers may refuse the storage; then the form is sent without a proof.
 */
const keyOf = (purpose) => `inlet-proof:${purpose}`;

/** `kept` is `{proof, expiresAt, email}`, with the e-mail address if that is what was confirmed. */
export function keepProof(purpose, kept) {
  try {
    sessionStorage.setItem(keyOf(purpose), JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** What was kept, unless it has expired. */
export function keptProof(purpose) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(purpose)));
    return kept && Date.parse(kept.expiresAt) > Date.now() ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** The proof as a field of a form. */
export function proofField(purpose) {
  const kept = keptProof(purpose);
  return kept ? { _proof: kept.proof } : {};
}

export function forgetProof(purpose) {
  try {
    sessionStorage.removeItem(keyOf(purpose));
  } catch {
    // Nothing was kept.
  }
}

import { logBeta } from './log-beta.ts';

/** How many of how many: errors of requests, slow ones of requests. */
export interface Sample {
  hits: number;
  total: number;
}

/**
 * Where shares are expected, as the two parameters of a beta distribution. The guarantee holds whatever is put
 * here; a good guess only shortens the wait.
 */
export interface Prior {
  hits: number;
  misses: number;
}

/** The difference of two shares, first minus second, each -1 to 1. */
export interface DifferenceBounds {
  lower: number;
  upper: number;
}

const logLikelihood = ({ hits, total }: Sample, share: number): number => {
  const misses = total - hits;
  return (hits > 0 ? hits * Math.log(share) : 0) + (misses > 0 ? misses * Math.log1p(-share) : 0);
};

/** Logarithm of the likelihood of the sample, averaged over the prior. */
const logMixture = ({ hits, total }: Sample, prior: Prior): number =>
  logBeta(hits + prior.hits, total - hits + prior.misses) - logBeta(prior.hits, prior.misses);

/** The second sample's likeliest share if the first sample's is `difference` more. */
function likeliestShare(first: Sample, second: Sample, difference: number): number {
  let low = Math.max(0, -difference);
  let high = Math.min(1, 1 - difference);
  for (let step = 0; step < 50; step++) {
    const share = (low + high) / 2;
    const other = share + difference;
    const slope =
      first.hits / other -
      (first.total - first.hits) / (1 - other) +
      second.hits / share -
      (second.total - second.hits) / (1 - share);
    if (slope > 0) low = share;
    else high = share;
  }
  return (low + high) / 2;
}

/**
 * Logarithm of the evidence against "the first share is `difference` more than the second".
 *
 * For true shares p and q, the likelihoods of the samples averaged over a prior, divided by their likelihoods
 * under p and q, start at 1 and form a nonnegative martingale, in whatever order the requests of the two come. By
 * Ville's inequality the ratio ever reaches 1/alpha with a probability of alpha at most, so it may be looked at
 * after every request. The ratio for the likeliest p and q with that difference is smaller still. Nothing here is
 * an approximation for large samples: it holds from the first request, and with no hit at all.
 *
 * Sources: H. Robbins, "Statistical methods related to the law of the iterated logarithm", Ann. Math. Stat. 41
 * (1970) 1397-1409, for the mixture; R. Johari, L. Pekelis, D. J. Walsh, "Always valid inference", Oper. Res. 70
 * (2022) 1806-1821, for testing by it; R. J. Turner, P. D. Grünwald, "Exact anytime-valid confidence intervals for
 * contingency tables and beyond", Stat. Probab. Lett. 198 (2023), for two shares.
 */
export function evidenceAgainst(difference: number, first: Sample, second: Sample, prior: Prior): number {
  const share = likeliestShare(first, second, difference);
  return (
    logMixture(first, prior) +
    logMixture(second, prior) -
    logLikelihood(first, Math.min(1, Math.max(0, share + difference))) -
    logLikelihood(second, share)
  );
}

/** The point nearer to `outside` where the evidence reaches the level. It grows away from `inside`. */
function edge(inside: number, outside: number, isAgainst: (difference: number) => boolean): number {
  let near = inside;
  let far = outside;
  for (let step = 0; step < 50; step++) {
    const middle = (near + far) / 2;
    if (isAgainst(middle)) far = middle;
    else near = middle;
  }
  return far;
}

/**
 * The differences that the samples leave possible. At every moment at once, the true one is among them with a
 * probability of at least 1 - alpha.
 */
export function differenceBounds(
  first: Sample,
  second: Sample,
  { alpha, prior }: { alpha: number; prior: Prior },
): DifferenceBounds {
  const level = -Math.log(alpha);
  const isAgainst = (difference: number) => evidenceAgainst(difference, first, second, prior) >= level;
  const share = ({ hits, total }: Sample) => (total > 0 ? hits / total : 0.5);
  const observed = share(first) - share(second);
  return { lower: edge(observed, -1, isAgainst), upper: edge(observed, 1, isAgainst) };
}

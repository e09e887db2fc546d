// A worker, so that the page stays quick while it computes: takes the parameters of a challenge, answers with the
// solution.

import { solve } from './solve.js';

addEventListener('message', ({ data }) => postMessage(solve(data)));

import { problems } from '../errors.ts';
import { escapeHtml, htmlPage } from './html-page.ts';
import type { Problem } from './problem.ts';

/** A problem for people: what a browser shows after a plain form post that failed. */
export function problemPage(problem: Problem, { afterForm }: { afterForm: boolean }): string {
  const issues = (problem.errors ?? []).map(
    ({ pointer, detail }) =>
      `<li><strong>${escapeHtml(pointer.replace(/^[/?]/, ''))}</strong>: ${escapeHtml(detail)}</li>`,
  );
  return htmlPage(
    problem.title,
    `<h1>${escapeHtml(problem.title)}</h1>
    ${problem.detail ? `<p>${escapeHtml(problem.detail)}</p>` : ''}
    ${issues.length > 0 ? `<ul>${issues.join('')}</ul>` : ''}
    <p>${escapeHtml(problems[problem.code].remedy.replaceAll('`', ''))}</p>
    ${afterForm ? '<p>Use your browser’s Back button: what you typed should still be there.</p>' : ''}
    <p class="quiet">${problem.status} ${problem.code} · ${escapeHtml(problem.requestId)}</p>`,
  );
}

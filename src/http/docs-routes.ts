import path from 'node:path';
import express, { Router } from 'express';
import { getAbsoluteFSPath } from 'swagger-ui-dist';
import { problems } from '../errors.ts';
import { escapeHtml, htmlPage } from './html-page.ts';

/** The catalogue of problems as a page: what the `type` of every problem leads to. */
function errorsPage(): string {
  const entries = Object.entries(problems).map(
    ([code, { status, title, meaning, remedy }]) =>
      `<section id="${code}"><h2>${code}</h2><p><strong>${status}</strong> ${escapeHtml(title)}</p>` +
      `<p>${withCode(meaning)}</p><p>${withCode(remedy)}</p></section>`,
  );
  return htmlPage('Problems', `<h1>Problems</h1>${entries.join('\n')}`);
}

function withCode(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Inlet API</title>
    <link rel="stylesheet" href="/docs/ui/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/ui/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** `/openapi.json`, a page to read it on, and the page of problems. Nothing comes from another host. */
export function docsRoutes(openApi: object, assets: string): Router {
  const router = Router();
  const errors = errorsPage();
  router.use(['/docs', '/openapi.json'], (_req, res, next) => {
    res.locals.route = '/docs';
    next();
  });
  router.get('/openapi.json', (_req, res) => void res.json(openApi));
  router.get('/docs', (_req, res) => void res.type('text/html').send(docsPage));
  router.get('/docs/errors', (_req, res) => void res.type('text/html').send(errors));
  router.get(['/docs/page.css', '/docs/start.js'], (req, res) =>
    res.sendFile(path.join(assets, path.basename(req.path))),
  );
  router.use('/docs/ui', express.static(getAbsoluteFSPath(), { index: false, maxAge: '1d' }));
  return router;
}

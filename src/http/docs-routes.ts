import { type RequestHandler, Router } from 'express';
// Not the package itself, which would load all of its scripts for browsers into this process.
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import { problems } from '../errors.ts';
import { escapeHtml, htmlPage } from './html-page.ts';
import { otherMethods } from './mount-routes.ts';

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
    <link rel="icon" href="data:,">
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
  const errors = errorsPage();
  const swaggerUi = swaggerUiFolder();
  const page = (html: string): RequestHandler => {
    return (_req, res) => void res.type('text/html').send(html);
  };
  const file = (root: string, name: string, maxAge: string): RequestHandler => {
    return (_req, res) => res.sendFile(name, { root, maxAge });
  };
  const documents: Record<string, RequestHandler> = {
    '/openapi.json': (_req, res) => void res.json(openApi),
    '/docs': page(docsPage),
    '/docs/errors': page(errors),
    '/docs/page.css': file(assets, 'page.css', '0'),
    '/docs/start.js': file(assets, 'start.js', '0'),
    '/docs/ui/swagger-ui.css': file(swaggerUi, 'swagger-ui.css', '1d'),
    '/docs/ui/swagger-ui-bundle.js': file(swaggerUi, 'swagger-ui-bundle.js', '1d'),
  };
  const router = Router();
  router.use(['/docs', '/openapi.json'], (_req, res, next) => {
    res.locals.route = '/docs';
    next();
  });
  for (const [path, handler] of Object.entries(documents)) {
    router.get(path, handler);
    router.all(path, otherMethods('/docs', ['GET']));
  }
  return router;
}

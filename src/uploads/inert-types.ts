/**
 * Whether a browser may show the type in place. Everything else is offered as a download, above all what
 * can run script there (SVG, HTML, XML, PDF).
 */
export function isInert(contentType: string): boolean {
  if (contentType === 'image/svg+xml') return false;
  return /^(image|audio|video)\//.test(contentType) || contentType === 'text/plain';
}

// Starts the API document's reader. A file of its own, because the page allows no inline script.
window.SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true });

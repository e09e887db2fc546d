// Makes the form on feedback.html better: progress, previews, drafts, errors at their fields. Without this
// script, or if it cannot start, the browser sends the form by itself.

import { startFeedbackForm } from './feedback/feedback-form.js';

const form = document.querySelector('#feedback');
const template = document.querySelector('#feedback-words');
if (form && template) startFeedbackForm(form, template);

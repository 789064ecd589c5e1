/**
 * Method and path of each route, by its name. Apart from the schemas, so that a page that only calls the API does not
 * load them.
 */
export const paths = {
  status: 'GET /api/status',
  me: 'GET /api/me',
  login: 'POST /api/login',
  logout: 'POST /api/logout',
  production: 'GET /api/production',
  updateProduction: 'POST /api/production/update',
  changeHost: 'POST /api/hosts/:name/:change',
  messages: 'GET /api/messages',
  exportMessages: 'GET /api/messages/export',
  message: 'GET /api/messages/:id',
  previewMessages: 'POST /api/messages/preview',
  actOnMessages: 'POST /api/messages/:verb',
  suspended: 'GET /api/suspended',
  studies: 'GET /api/studies',
  images: 'GET /api/images',
  resendStudy: 'POST /api/studies/:studyInstanceUid/resend',
  session: 'GET /api/sessions/:id',
  document: 'GET /api/documents/:id',
  documentFile: 'GET /api/documents/:id/file',
  documentFrame: 'GET /api/documents/:id/frames/:frame',
  documentDifference: 'GET /api/documents/:id/difference/:other',
  queues: 'GET /api/queues',
  queue: 'GET /api/queues/:host',
  associations: 'GET /api/associations',
  echo: 'POST /api/echo',
  events: 'GET /api/events',
  alerts: 'GET /api/alerts',
  activity: 'GET /api/activity',
  testMessage: 'POST /api/testing/:host',
  testFile: 'POST /api/testing/:host/file',
  savedSearches: 'GET /api/saved-searches',
  saveSearch: 'PUT /api/saved-searches/:name',
  removeSearch: 'DELETE /api/saved-searches/:name',
  audit: 'GET /api/audit',
  stream: 'GET /api/stream',
} as const;

export type RouteName = keyof typeof paths;

import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env['CONSORT_PAGE'] ?? 'http://127.0.0.1:7070';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Nothing may be inlined: the content security policy allows no data URL.
    assetsInlineLimit: 0,
    // The test of the app's size reads which chunk is loaded by which.
    manifest: true,
    target: 'es2023',
  },
  // `npx vite packages/dashboard/web` serves the app as it is written, with the API of a production that runs.
  server: { proxy: { '/api': server, '/queues/bull': server } },
});

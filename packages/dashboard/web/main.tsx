import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from '../src/client.ts';
import { App } from './app.tsx';
import { keepLive } from './data/live.ts';
import { applyTheme } from './frame/theme.ts';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/tables.css';
import './style/frame.css';
import './style/pages.css';
import './style/messages.css';

applyTheme();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What was refused is refused again; a server that is away is asked again as the answer is refreshed.
      retry: (failures, error) => !(error instanceof ApiError) && failures < 1,
      refetchOnWindowFocus: true,
    },
  },
});
keepLive(queries);

const root = document.querySelector('#app');
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );

import { lazy, Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { useWho } from './data/who.ts';
import { Frame } from './frame/frame.tsx';
import { Empty, Waiting } from './frame/notices.tsx';
import { Page } from './frame/page.tsx';
import { MessagesPage } from './messages/messages-page.tsx';
import { ProductionPage } from './production/production-page.tsx';
import { OpenIdPage } from './sign-in/open-id-page.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';
import { TracePage } from './trace/trace-page.tsx';

const AccountPage = lazy(() => import('./account/account-page.tsx'));
const ActivityPage = lazy(() => import('./activity/activity-page.tsx'));
const AlertsPage = lazy(() => import('./alerts/alerts-page.tsx'));
const AssociationsPage = lazy(() => import('./associations/associations-page.tsx'));
const AuditPage = lazy(() => import('./audit/audit-page.tsx'));
const DocumentPage = lazy(() => import('./document/document-page.tsx'));
const EchoPage = lazy(() => import('./echo/echo-page.tsx'));
const EventsPage = lazy(() => import('./events/events-page.tsx'));
const FindPage = lazy(() => import('./find/find-page.tsx'));
const QueuesPage = lazy(() => import('./queues/queues-page.tsx'));
const StudiesPage = lazy(() => import('./studies/studies-page.tsx'));
const StudyPage = lazy(() => import('./studies/study-page.tsx'));
const SuspendedPage = lazy(() => import('./suspended/suspended-page.tsx'));
const TestingPage = lazy(() => import('./testing/testing-page.tsx'));
const TokensPage = lazy(() => import('./tokens/tokens-page.tsx'));
const UsersPage = lazy(() => import('./users/users-page.tsx'));

/** The whole app: whoever has to log in sees nothing else before. The URL says everything about what is shown. */
export function App() {
  const { isLoginNeeded } = useWho();
  const [location] = useLocation();
  if (location === '/openid') return <OpenIdPage />;
  if (isLoginNeeded) return <SignInPage />;
  return (
    <Frame>
      <Suspense fallback={<Waiting what="the page" />}>
        <Switch>
          <Route path="/" component={ProductionPage} />
          <Route path="/hosts/:name" component={ProductionPage} />
          <Route path="/messages" component={MessagesPage} />
          <Route path="/trace/:id" component={TracePage} />
          <Route path="/documents/:id" component={DocumentPage} />
          <Route path="/studies" component={StudiesPage} />
          <Route path="/studies/:uid" component={StudyPage} />
          <Route path="/queues" component={QueuesPage} />
          <Route path="/queues/of/:host" component={QueuesPage} />
          <Route path="/associations" component={AssociationsPage} />
          <Route path="/events" component={EventsPage} />
          <Route path="/alerts" component={AlertsPage} />
          <Route path="/suspended" component={SuspendedPage} />
          <Route path="/activity" component={ActivityPage} />
          <Route path="/testing" component={TestingPage} />
          <Route path="/echo" component={EchoPage} />
          <Route path="/users" component={UsersPage} />
          <Route path="/tokens" component={TokensPage} />
          <Route path="/audit" component={AuditPage} />
          <Route path="/account" component={AccountPage} />
          <Route path="/find" component={FindPage} />
          <Route component={NoSuchPage} />
        </Switch>
      </Suspense>
    </Frame>
  );
}

function NoSuchPage() {
  return (
    <Page title="There is no such page">
      <Empty title="Nothing stands under this address">
        <p>The navigation has every page; the address may have been cut when it was copied.</p>
      </Empty>
    </Page>
  );
}

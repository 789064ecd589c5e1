import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { FindForm } from './find-form.tsx';
import { Navigation } from './navigation.tsx';
import { OfProduction } from './of-production.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { UserMenu } from './user-menu.tsx';

/** What stands around every page: the production and how it does, the navigation, finding, help. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const [location] = useLocation();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const openHelp = useCallback(() => setHelpOpen(true), []);
  const closeHelp = useCallback(() => setHelpOpen(false), []);

  // Whoever listens to the page is brought to its beginning, as a page that is loaded would.
  useEffect(() => {
    setMenuOpen(false);
    if (isFirst.current) isFirst.current = false;
    else if (!main.current?.contains(document.activeElement)) {
      main.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
  }, [location]);

  return (
    <div className="frame">
      <a className="skip" href="#main" onClick={() => main.current?.focus()}>
        To the content
      </a>
      <header className="top">
        <button
          type="button"
          className="menu-button bare"
          aria-expanded={isMenuOpen}
          aria-controls="navigation"
          onClick={() => setMenuOpen(!isMenuOpen)}
        >
          <span aria-hidden="true">☰</span>
          <span className="unseen">Navigation</span>
        </button>
        <Link href="/" className="brand" aria-label="Consort: the production">
          <img src="/icon.svg" alt="" width="26" height="26" />
          <span>Consort</span>
        </Link>
        <OfProduction />
        <div className="spacer" />
        <FindForm />
        <ThemeSwitch />
        <button type="button" className="bare" aria-label="Keyboard shortcuts" onClick={openHelp}>
          <span aria-hidden="true">?</span>
        </button>
        <UserMenu />
      </header>
      <Navigation isOpen={isMenuOpen} />
      <main id="main" className="main" tabIndex={-1} ref={main}>
        {children}
      </main>
      <Shortcuts isOpen={isHelpOpen} onOpen={openHelp} onClose={closeHelp} />
    </div>
  );
}

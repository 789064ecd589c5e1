import { useEffect, type ReactNode } from 'react';

/** A page: its heading, what can be done on it, and its content. */
export function Page({
  title,
  lead,
  actions,
  children,
}: {
  readonly title: string;
  /** One sentence on what the page is for, where its title does not say it. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Consort`;
  }, [title]);
  return (
    <>
      <div className="page-head">
        <h1>{title}</h1>
        {actions && <div className="row">{actions}</div>}
        {lead && <p className="lead">{lead}</p>}
      </div>
      <div className="stack">{children}</div>
    </>
  );
}

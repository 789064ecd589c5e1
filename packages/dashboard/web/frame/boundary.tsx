import { Component, type ReactNode } from 'react';

interface Props {
  /** Where the app is: another page is tried anew. */
  readonly place: string;
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | undefined;
  readonly place: string;
}

/** Keeps a fault of one page from taking the others with it. */
export class Boundary extends Component<Props, State> {
  override state: State = { error: undefined, place: this.props.place };

  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps({ place }: Props, state: State): State | null {
    return place === state.place ? null : { error: undefined, place };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <>
        <div className="page-head">
          <h1>This page has a fault</h1>
        </div>
        <div className="notice bad" role="alert">
          <p>The other pages go on, and so does the production.</p>
          <p>
            <code>{error.message}</code>
          </p>
          <button type="button" onClick={() => window.location.reload()}>
            Load it again
          </button>
        </div>
      </>
    );
  }
}

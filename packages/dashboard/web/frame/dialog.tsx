import { useEffect, useId, useRef, type ReactNode } from 'react';

/** A dialog of the browser's own: it holds the focus, closes by Escape and gives the focus back. */
export function Dialog({
  title,
  isOpen,
  onClose,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      {isOpen && (
        <>
          <header>
            <h2 id={id}>{title}</h2>
            <button type="button" className="bare" aria-label="Close" onClick={onClose}>
              <span aria-hidden="true">✕</span>
            </button>
          </header>
          {children}
        </>
      )}
    </dialog>
  );
}

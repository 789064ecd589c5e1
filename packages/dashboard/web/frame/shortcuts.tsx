import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Dialog } from './dialog.tsx';
import { places } from './places.ts';

const kept = 'consort.shortcuts';

/** Milliseconds in which the second key of `g p` has to come. */
const patience = 1500;

/** Listens to the keyboard, and explains its keys in a dialog. */
export function Shortcuts({
  isOpen,
  onOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}) {
  const [, go] = useLocation();
  const [isOn, setIsOn] = useState(() => localStorage.getItem(kept) !== 'off');
  const leader = useRef(0);

  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      if (event.key === '?') return onOpen();
      if (!isOn) return;
      if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('#find')?.focus();
      } else if (event.key === 'g') leader.current = event.timeStamp;
      else if (event.timeStamp - leader.current < patience) {
        leader.current = 0;
        const place = all.find(({ key }) => key === event.key);
        if (place) go(place.path);
      }
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [go, isOn, onOpen]);

  function change(on: boolean): void {
    localStorage.setItem(kept, on ? 'on' : 'off');
    setIsOn(on);
  }

  return (
    <Dialog title="Keyboard shortcuts" isOpen={isOpen} onClose={onClose}>
      <div className="body stack">
        <dl className="facts shortcuts">
          <Key keys={['/']} does="Find" />
          <Key keys={['?']} does="This help" />
          {all.map(({ key, title }) => (
            <Key key={key} keys={['g', key ?? '']} does={title} />
          ))}
          <Key keys={['Esc']} does="Close what is open" />
        </dl>
        <label className="row">
          <input
            type="checkbox"
            checked={isOn}
            onChange={(event) => change(event.target.checked)}
          />
          <span>Use shortcuts of single keys</span>
        </label>
      </div>
    </Dialog>
  );
}

const all = places.flatMap((group) => group.places);

function Key({ keys, does }: { readonly keys: readonly string[]; readonly does: string }) {
  return (
    <>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select') !== null;
}

import { useDeferredValue, useRef, useState, type PointerEvent } from 'react';
import type { ShownElement } from '../../src/client.ts';
import { client } from '../data/client.ts';

interface Window {
  readonly windowCenter: number;
  readonly windowWidth: number;
}

/** The frames as images. Dragging across the image changes its window: width sideways, center up and down. */
export function Frames({
  messageId,
  frames,
  elements,
}: {
  readonly messageId: number;
  readonly frames: number;
  readonly elements: readonly ShownElement[];
}) {
  const own = windowOf(elements);
  const [frame, setFrame] = useState(1);
  const [window, setWindow] = useState<Window>();
  const [isBroken, setBroken] = useState(false);
  // The server draws each window: those that are passed in a drag are left out.
  const drawn = useDeferredValue(window);
  const held = useRef<{ x: number; y: number; from: Window }>(undefined);
  const current = window ?? own;
  const step = Math.max(1, Math.round(own.windowWidth / 200));

  function onPointer(event: PointerEvent<HTMLImageElement>): void {
    if (event.type === 'pointerdown') {
      event.currentTarget.setPointerCapture(event.pointerId);
      held.current = { x: event.clientX, y: event.clientY, from: current };
    } else if (event.type === 'pointermove' && held.current) {
      const { x, y, from } = held.current;
      change({
        windowWidth: from.windowWidth + Math.round(event.clientX - x) * step,
        windowCenter: from.windowCenter + Math.round(event.clientY - y) * step,
      });
    } else if (event.type === 'pointerup' || event.type === 'pointercancel') {
      held.current = undefined;
    }
  }

  function change({ windowCenter, windowWidth }: Window): void {
    setBroken(false);
    setWindow({ windowCenter, windowWidth: Math.max(1, windowWidth) });
  }

  return (
    <div className="sheet frames">
      <div className="picture">
        {isBroken ? (
          <p className="quiet">
            This frame cannot be shown as an image. Download the file to see it.
          </p>
        ) : (
          <img
            src={client.href('documentFrame', {
              params: { id: messageId, frame },
              query: { ...drawn },
            })}
            alt={`Frame ${frame} of ${frames}`}
            draggable={false}
            onError={() => setBroken(true)}
            onPointerDown={onPointer}
            onPointerMove={onPointer}
            onPointerUp={onPointer}
            onPointerCancel={onPointer}
          />
        )}
      </div>
      <div className="body fields">
        {frames > 1 && (
          <label className="field wide">
            <span>
              Frame {frame} of {frames}
            </span>
            <input
              type="range"
              min={1}
              max={frames}
              value={frame}
              onChange={(event) => {
                setBroken(false);
                setFrame(Number(event.target.value));
              }}
            />
          </label>
        )}
        <label className="field">
          <span>Window center</span>
          <input
            type="number"
            value={current.windowCenter}
            step={step}
            onChange={(event) => change({ ...current, windowCenter: Number(event.target.value) })}
          />
        </label>
        <label className="field">
          <span>Window width</span>
          <input
            type="number"
            min={1}
            value={current.windowWidth}
            step={step}
            onChange={(event) => change({ ...current, windowWidth: Number(event.target.value) })}
          />
        </label>
        <button type="button" disabled={!window} onClick={() => setWindow(undefined)}>
          As the image has it
        </button>
      </div>
    </div>
  );
}

/** The window that the image itself has (PS3.3 section C.11.2); else a middle one for its bits. */
function windowOf(elements: readonly ShownElement[]): Window {
  const number = (keyword: string) => {
    const value = elements.find((element) => element.keyword === keyword)?.values?.[0];
    return value === undefined || value.trim() === '' ? undefined : Number(value);
  };
  const range = 2 ** (number('BitsStored') ?? 8);
  return {
    windowCenter: number('WindowCenter') ?? range / 2,
    windowWidth: number('WindowWidth') ?? range,
  };
}

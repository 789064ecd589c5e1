import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { local } from '../words/time.tsx';
import '../style/chart.css';

/** A line of a chart; null where there is nothing. */
export interface Line {
  readonly title: string;
  readonly values: readonly (number | null)[];
}

const height = 220;
const colours = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--line-6'] as const;
/** Lines are told apart by their dashes as well. */
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 4], [14, 4]] as const;

/** Lines over time. */
export function Chart({
  title,
  times,
  lines,
}: {
  readonly title: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}) {
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<UPlot>(undefined);
  const names = lines.map((line) => line.title).join('\n');
  const data = [times, ...lines.map(({ values }) => values)] as unknown as UPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const draw = () => {
      drawing.current?.destroy();
      drawing.current = new UPlot(
        options(element.clientWidth, names.split('\n')),
        latest.current,
        element,
      );
    };
    draw();
    const watch = new ResizeObserver(() => {
      drawing.current?.setSize({ width: element.clientWidth, height });
    });
    watch.observe(element);
    // Its colours are read once as it is drawn.
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    scheme.addEventListener('change', draw);
    return () => {
      watch.disconnect();
      theme.disconnect();
      scheme.removeEventListener('change', draw);
      drawing.current?.destroy();
    };
  }, [names]);

  useEffect(() => drawing.current?.setData(data), [data]);

  return (
    <figure className="sheet chart">
      <figcaption>{title}</figcaption>
      <div ref={place} className="body" />
    </figure>
  );
}

function options(width: number, titles: readonly string[]): UPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => resolved(style.getPropertyValue(name));
  const axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
  };
  return {
    width,
    height,
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
    axes: [
      { ...axis, values: (_plot, times) => inWords(times) },
      { ...axis, size: 56 },
    ],
    series: [
      { value: '{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}' },
      ...titles.map((label, index) => ({
        label,
        stroke: colour(colours[index % colours.length] ?? colours[0]),
        dash: [...(dashes[index % dashes.length] ?? [])],
        width: 2,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
}

/** Hours and minutes in the viewer's zone, and days where the chart has several. */
function inWords(times: readonly number[]): string[] {
  const step = (times[1] ?? 0) - (times[0] ?? 0);
  return times.map((time) => {
    const text = local(new Date(time * 1000).toISOString());
    if (step >= 86_400) return text.slice(5, 10);
    return step >= 3_600 ? text.slice(5, 16) : text.slice(11, step < 60 ? 19 : 16);
  });
}

/** A canvas knows no light-dark(): the browser says what it is at this moment. */
function resolved(colour: string): string {
  const probe = document.createElement('span');
  probe.style.color = colour;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

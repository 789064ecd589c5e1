import { hostSize, places } from '@consort/dashboard/graph-layout';
import type { HostGraph } from './host-graph.ts';

const margin = 24;

/** A graph as an SVG picture, laid out as the page does, for light and dark surroundings. */
export function drawSvg({ name, nodes, edges }: HostGraph): string {
  const { at } = places(nodes, edges);
  const corners = [...at.values()];
  const columns = corners.length > 0 ? corners.map(({ x }) => x) : [0];
  const rows = corners.length > 0 ? corners.map(({ y }) => y) : [0];
  const left = Math.min(...columns) - margin;
  const top = Math.min(...rows) - margin;
  const right = Math.max(...columns) + hostSize.width + margin;
  const bottom = Math.max(...rows) + hostSize.height + margin;
  const size = [right - left, bottom - top].map(Math.ceil);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${Math.floor(left)} ${Math.floor(top)} ${size.join(' ')}" width="${size[0]}" height="${size[1]}" font-family="system-ui, sans-serif" font-size="14" role="img">`,
    `<title>${escape(name)}</title>`,
    style,
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z"/></marker></defs>',
    ...edges.map(({ from, to, settings }) => drawEdge(at.get(from), at.get(to), settings)),
    ...nodes.map((node) => drawNode(node, at.get(node.name))),
    '</svg>',
  ].join('\n');
}

type Corner = { readonly x: number; readonly y: number } | undefined;

const style = `<style>
  rect { fill: #fff; stroke-width: 1.5 } text { fill: #111 } .of { fill: #555; font-size: 12px }
  .service rect { stroke: #2b6cb0 } .process rect { stroke: #666 } .operation rect { stroke: #2f855a }
  .disabled rect { stroke-dasharray: 4 4 } .edge { fill: none; stroke: #777; stroke-width: 1.5 } marker path { fill: #777 }
  @media (prefers-color-scheme: dark) { rect { fill: #1b1d21 } text { fill: #eee } .of { fill: #aaa } }
</style>`;

function drawEdge(from: Corner, to: Corner, settings: readonly string[]): string {
  if (!from || !to) return '';
  const [x1, y1] = [from.x + hostSize.width, from.y + hostSize.height / 2];
  const [x2, y2] = [to.x, to.y + hostSize.height / 2];
  const bend = Math.max(40, (x2 - x1) / 2);
  const path = `M${round(x1)} ${round(y1)}C${round(x1 + bend)} ${round(y1)} ${round(x2 - bend)} ${round(y2)} ${round(x2)} ${round(y2)}`;
  return `<path class="edge" d="${path}" marker-end="url(#arrow)"><title>${escape(settings.join(', '))}</title></path>`;
}

function drawNode({ name, kind, component, isEnabled }: HostGraph['nodes'][number], at: Corner) {
  const { x, y } = at ?? { x: 0, y: 0 };
  const middle = hostSize.width / 2;
  return [
    `<g class="${kind}${isEnabled ? '' : ' disabled'}" transform="translate(${round(x)} ${round(y)})">`,
    `<title>${escape(name)}: ${escape(component)}</title>`,
    `<rect width="${hostSize.width}" height="${hostSize.height}" rx="${kind === 'process' ? 4 : 16}"/>`,
    `<text class="of" x="${middle}" y="32" text-anchor="middle">${kind}</text>`,
    `<text x="${middle}" y="68" text-anchor="middle" font-weight="600"${fit(name)}>${escape(name)}</text>`,
    `<text class="of" x="${middle}" y="98" text-anchor="middle"${fit(component)}>${escape(component)}</text>`,
    '</g>',
  ].join('');
}

/** A long name is pressed into its box. */
function fit(text: string): string {
  return text.length > 30
    ? ` textLength="${hostSize.width - 24}" lengthAdjust="spacingAndGlyphs"`
    : '';
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

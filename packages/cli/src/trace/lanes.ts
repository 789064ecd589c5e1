import { shortenName } from '../terminal/shorten.ts';
import { widthOf } from '../terminal/width.ts';

/** The hosts of a session as columns of a diagram. */
export interface Lanes {
  /** Column of each host's line, from 0. */
  readonly positions: ReadonlyMap<string, number>;
  readonly width: number;
  /** The lines above the diagram: the hosts' names over their lines. */
  readonly heads: readonly string[];
  /** The full name of each host whose name had to be shortened. */
  readonly legend: readonly (readonly [short: string, full: string])[];
}

const narrowest = 5;
const widest = 40;

/**
 * Divides `room` columns among the hosts. Names that do not fit stand in two rows, in turn, and are shortened
 * from the left; where that is too narrow too, letters stand for them.
 * @param overhang.left how many columns the names may reach out of the diagram, on its left
 */
export function layOutLanes(
  hosts: readonly string[],
  room: number,
  overhang: { readonly left: number },
  ellipsis: string,
  line: string,
): Lanes {
  const longest = Math.max(...hosts.map(widthOf));
  const lane = Math.max(narrowest, Math.min(widest, longest + 2, Math.floor(room / hosts.length)));
  const centres = hosts.map((_, index) => index * lane + Math.floor(lane / 2));
  const width = lane * hosts.length;

  const rows = longest < lane || hosts.length === 1 ? 1 : 2;
  const nameRoom = lane * rows - rows;
  const names =
    nameRoom < 9
      ? hosts.map((_, index) => String.fromCharCode(65 + index))
      : hosts.map((host) => shortenName(host, nameRoom, ellipsis));

  const heads = Array.from({ length: rows }, (_, row) => {
    const cells = Array.from({ length: overhang.left + width }, () => ' ');
    centres.forEach((centre, index) => {
      if (index % rows < row) cells[overhang.left + centre] = line;
    });
    // Only the last row has something beside it that a name must not reach into.
    const end = row === rows - 1 ? cells.length + 1 : Infinity;
    let free = 0;
    names.forEach((name, index) => {
      if (index % rows !== row) return;
      const size = widthOf(name);
      const centred = overhang.left + (centres[index] ?? 0) - Math.floor(size / 2);
      const start = Math.max(free, Math.min(centred, end - size));
      while (cells.length < start) cells.push(' ');
      cells.splice(start, size, name, ...Array.from({ length: size - 1 }, () => ''));
      free = start + size + 1;
    });
    return cells.join('').trimEnd();
  });

  return {
    positions: new Map(hosts.map((host, index) => [host, centres[index] ?? 0])),
    width,
    heads,
    legend: hosts.flatMap((host, index) =>
      names[index] === host ? [] : [[names[index] ?? '', host] as const],
    ),
  };
}

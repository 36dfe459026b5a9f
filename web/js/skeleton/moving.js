// Where the arrow keys lead on the drawing: to the nearest site in their direction.

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The path to go to from `from`, or null; `paths` carry data-x and data-y. What lies aside counts as twice as far. */
export function next(key, from, paths) {
  const way = WAYS[key];
  if (!way) return null;
  const here = placeOf(from);
  let best = null;
  for (const path of paths) {
    const [across, down] = placeOf(path).map((each, axis) => each - here[axis]);
    const ahead = across * way[0] + down * way[1];
    const aside = Math.abs(across * way[1]) + Math.abs(down * way[0]);
    if (path === from || ahead <= 0.5 || aside > 3 * ahead) continue;
    const far = ahead + 2 * aside;
    if (!best || far < best.far) best = { far, path };
  }
  return best?.path ?? null;
}

function placeOf(path) {
  return [Number(path.dataset.x), Number(path.dataset.y)];
}

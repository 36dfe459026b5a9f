// What the viewer's own parts ask of a stack of slices.

/**
 * Shows the slice with that index (0 first). A stack that is still loading counts its steps from where it is going, and
 * Cornerstone's own jump from what it shows: with the two mixed, a stack that is asked again while it loads goes astray.
 */
export function showSlice(stack, index) {
  stack.scroll(index - stack.getTargetImageIdIndex(), false);
}

// `osteon-want-point`: the lesion panel waits for something to be drawn, so that the tool for it is taken up, and put back
// when nothing is waited for any more.

// By the kind of measurement that is under way: landmarks of a vertebra, contours of a cortex, or one drawing.
const TOOLS = {
  vertebra: 'Probe',
  points: 'Probe',
  cortex: 'PlanarFreehandROI',
  freehand: 'PlanarFreehandROI',
  length: 'Length',
  bidirectional: 'Bidirectional',
};
const AT_REST = 'WindowLevel';

let wanted = null;

export function takeTool(commandsManager, step) {
  wanted = step;
  const toolName = step ? TOOLS[step.kind] : AT_REST;
  if (!toolName) return;
  commandsManager.run('setToolActiveToolbar', { toolName, toolGroupIds: ['default', 'mpr'] });
}

/** Landmarks and contours are many and close together: their values would cover what is measured. Returns what undoes it. */
export function hideValues() {
  const { Enums, annotation: annotations } = window.cornerstoneTools;
  const quiet = ({ detail: { annotation } }) => {
    if (!wanted || annotation.metadata.toolName !== TOOLS[wanted.kind]) return;
    annotations.config.style.setAnnotationStyles(annotation.annotationUID, { textBoxVisibility: false });
  };
  window.cornerstone.eventTarget.addEventListener(Enums.Events.ANNOTATION_ADDED, quiet);
  return () => window.cornerstone.eventTarget.removeEventListener(Enums.Events.ANNOTATION_ADDED, quiet);
}

/** OHIF takes the first press on another view for choosing it, and a landmark would be lost: the view under the pointer is chosen. */
export function chooseViewUnderPointer({ viewportGridService }) {
  const over = ({ target }) => {
    if (!wanted) return;
    const found = window.cornerstone.getEnabledElements().find(({ viewport }) => viewport.element.contains(target));
    const id = found?.viewport.id;
    if (id && id !== viewportGridService.getActiveViewportId()) viewportGridService.setActiveViewportId(id);
  };
  document.addEventListener('pointerover', over);
  return () => document.removeEventListener('pointerover', over);
}

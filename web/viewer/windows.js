// Windows by key. A key acts on every CT that is shown, so that prior and current never look different by accident.

/** Names as in words.js; widths and levels in HU. */
export const WINDOWS = {
  bone: { key: 'b', width: 1800, level: 400 },
  softTissue: { key: 't', width: 400, level: 40 },
  asStored: { key: 'd' },
};

export function windowCommands(services) {
  const actions = { setOsteonWindow: ({ name }) => setWindow(services, WINDOWS[name]) };
  return {
    actions,
    definitions: { setOsteonWindow: { commandFn: actions.setOsteonWindow } },
    defaultContext: 'CORNERSTONE',
  };
}

function setWindow(services, { width, level }) {
  for (const viewportId of services.viewportGridService.getState().viewports.keys()) {
    const shown = services.viewportGridService.getDisplaySetsUIDsForViewport(viewportId) ?? [];
    const images = shown.map((uid) => services.displaySetService.getDisplaySetByUID(uid));
    const viewport = services.cornerstoneViewportService.getCornerstoneViewport(viewportId);
    const ct = images.find((each) => each?.Modality === 'CT');
    if (viewport && ct) setOn(viewport, ct, width, level);
  }
}

function setOn(viewport, ct, width, level) {
  const volume = viewport.getAllVolumeIds?.().find((id) => id.includes(ct.displaySetInstanceUID));
  if (width === undefined) {
    viewport.resetProperties?.(volume);
  } else {
    // The lower and upper bound of a DICOM window (PS3.3 C.11.2.1.2.1), between which grey values lie.
    const voiRange = { lower: level - width / 2, upper: level + width / 2 - 1 };
    viewport.setProperties({ voiRange }, volume);
  }
  viewport.render();
}

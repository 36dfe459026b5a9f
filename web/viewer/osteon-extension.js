// Osteon in OHIF: the lesion panel, what is drawn handed to it, windows by key, layouts for bone. No bundler, no React.

import { customizations } from '/ext/customizations.js';
import { boneForCt, suvForPet } from '/ext/first-windows.js';
import { hangingProtocols } from '/ext/hanging-protocols.js';
import { nameInHeader } from '/ext/header.js';
import { watchImages } from '/ext/image-errors.js';
import { jumper } from '/ext/jump.js';
import { watchLargeStudies } from '/ext/large-studies.js';
import { layoutFor } from '/ext/layouts.js';
import { linkedScrolling } from '/ext/linked-scrolling.js';
import { watchMeasurements } from '/ext/measurements.js';
import { fetchMissing } from '/ext/missing-images.js';
import { lesionPanel, panelElement } from '/ext/panel.js';
import { forwardKeys } from '/ext/panel-keys.js';
import { watchSession } from '/ext/session-end.js';
import { namedStudies } from '/ext/study.js';
import { useTheme } from '/ext/theme.js';
import { chooseViewUnderPointer, hideValues, takeTool } from '/ext/wanted-tool.js';
import { windowCommands } from '/ext/windows.js';
import { t } from '/ext/words.js';

let leave = [];
let linked = null;

const extension = {
  id: 'osteon',

  preRegistration({ servicesManager }) {
    nameInHeader();
    useTheme().catch(() => null);
    const { hangingProtocolService } = servicesManager.services;
    hangingProtocolService.addCustomAttribute('osteonLayout', 'Layout for bone', (_study, { displaySets = [] } = {}) =>
      layoutFor(displaySets, namedStudies()),
    );
    hangingProtocolService.addCustomAttribute('osteonBone', 'Bone window for CT', boneForCt);
    hangingProtocolService.addCustomAttribute('osteonSuv', 'SUV where there is one', suvForPet);
  },

  getPanelModule: () => [
    { name: 'lesions', iconName: 'tab-linear', iconLabel: t('panel'), label: t('panel'), component: panelElement },
  ],

  getHangingProtocolModule: () => hangingProtocols.map((protocol) => ({ name: protocol.id, protocol })),

  getCustomizationModule: () => [{ name: 'global', value: customizations() }],

  getCommandsModule: ({ servicesManager }) => {
    const { actions, ...commands } = windowCommands(servicesManager.services);
    const toggle = () => tellLinked(servicesManager.services, linked.toggle());
    const definitions = { ...commands.definitions, toggleOsteonLink: { commandFn: toggle } };
    return { ...commands, actions: { ...actions, toggleOsteonLink: toggle }, definitions };
  },

  onModeEnter({ servicesManager, commandsManager }) {
    const { services } = servicesManager;
    const panel = lesionPanel();
    const jumpTo = jumper(services);
    const jump = (event) => jumpTo(event.detail);
    const want = (event) => takeTool(commandsManager, event.detail);
    panel.addEventListener('osteon-jump', jump);
    panel.addEventListener('osteon-want-point', want);
    linked = linkedScrolling(services);
    leave = [
      linked.stop,
      watchMeasurements(services, panel),
      hideValues(),
      chooseViewUnderPointer(services),
      forwardKeys(panel),
      watchImages(services),
      watchLargeStudies(services, namedStudies()),
      watchSession(fetchMissing),
      () => panel.removeEventListener('osteon-jump', jump),
      () => panel.removeEventListener('osteon-want-point', want),
    ];
  },

  onModeExit() {
    leave.forEach((undo) => undo());
    leave = [];
  },
};

function tellLinked({ uiNotificationService }, isLinked) {
  uiNotificationService.show({ title: t(isLinked ? 'linked' : 'unlinked'), message: t('linkKey'), type: 'info', duration: 3000 });
}

export default extension;

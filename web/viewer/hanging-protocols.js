// Layouts: spine CT, long-bone CT, whole-body PET/CT, spine MR, prior beside current. `layouts.js` chooses.

import { LAYOUTS } from '/ext/layouts.js';

// `first-windows.js` finds them, from the image.
const BONE = { custom: 'osteonBone' };
const SUV = { custom: 'osteonSuv' };

const both = (type, id) => ({ type, id, source: true, target: true });
const withImages = { attribute: 'numImageFrames', constraint: { greaterThan: { value: 0 } }, required: true };
const modality = (value) => ({ attribute: 'Modality', constraint: { equals: { value } }, required: true });
const volume = { attribute: 'isReconstructable', constraint: { equals: { value: true } }, required: true };
const named = (value, weight) => ({ attribute: 'SeriesDescription', constraint: { containsI: value }, weight });
const ofStudy = (value) => ({
  attribute: 'studyInstanceUIDsIndex',
  from: 'options',
  required: true,
  constraint: { equals: { value } },
});

function protocol(id, name, { selectors, stages, priors = 0 }) {
  return {
    id,
    name,
    locked: true,
    isPreset: true,
    icon: 'layout-common-2x2',
    protocolMatchingRules: [
      { attribute: 'osteonLayout', constraint: { equals: { value: id } }, weight: 100, required: true },
    ],
    toolGroupIds: ['default', 'mpr'],
    numberOfPriorsReferenced: priors,
    defaultViewport: { ...stack('extra'), displaySets: [{ id: Object.keys(selectors)[0], matchedDisplaySetsIndex: -1 }] },
    displaySetSelectors: selectors,
    stages,
  };
}

/** `boxes`: [x, y, width, height] in hundredths, one for each viewport. */
function stage(name, boxes, viewports) {
  const layoutOptions = boxes.map(([x, y, width, height]) => ({
    x: x / 100,
    y: y / 100,
    width: width / 100,
    height: height / 100,
  }));
  const columns = new Set(boxes.map(([x]) => x)).size;
  const rows = new Set(boxes.map(([, y]) => y)).size;
  return { id: name, name, viewportStructure: { layoutType: 'grid', properties: { rows, columns, layoutOptions } }, viewports };
}

function stack(viewportId, displaySets = [], syncGroups = []) {
  const options = { viewportId, viewportType: 'stack', toolGroupId: 'default', allowUnmatchedView: true, syncGroups };
  return { viewportOptions: { ...options, initialImageOptions: { custom: 'sopInstanceLocation' } }, displaySets };
}

function plane(orientation, displaySets, syncGroups, more = {}) {
  return {
    viewportOptions: {
      viewportId: `${orientation}-${displaySets.map(({ id }) => id).join('-')}${more.name ?? ''}`,
      viewportType: 'volume',
      orientation,
      toolGroupId: more.toolGroup ?? 'mpr',
      initialImageOptions: { preset: 'middle' },
      syncGroups,
      ...(more.background ? { background: more.background } : {}),
      ...(more.name ? { customViewportProps: { hideOverlays: true } } : {}),
    },
    displaySets,
  };
}

const ct = [{ id: 'ct', options: { voi: BONE } }];
const linkedWindow = [both('voi', 'osteon-ct')];
const planes = (...orientations) => orientations.map((each) => plane(each, ct, linkedWindow));
const ctOf = (...words) => ({ ct: { seriesMatchingRules: [modality('CT'), volume, ...words.map((each) => named(each, 5))] } });

const spineCt = protocol(LAYOUTS.spineCt, 'Rachis · Spine CT', {
  selectors: ctOf('rachis', 'spine', 'lomb', 'lumbar', 'dors', 'thora', 'cervi'),
  stages: [
    stage('spine', [[0, 0, 42, 100], [42, 0, 58, 58], [42, 58, 58, 42]], planes('sagittal', 'axial', 'coronal')),
    stage('slices', [[0, 0, 100, 100]], [stack('slices', ct)]),
  ],
});

const longBoneCt = protocol(LAYOUTS.longBoneCt, 'Os long · Long bone CT', {
  selectors: ctOf('fem', 'hum', 'tib'),
  stages: [
    stage('long-bone', [[0, 0, 34, 100], [34, 0, 33, 100], [67, 0, 33, 100]], planes('coronal', 'sagittal', 'axial')),
    stage('slices', [[0, 0, 100, 100]], [stack('slices', ct)]),
  ],
});

const pet = [{ id: 'pet', options: { voi: SUV, voiInverted: true } }];
const hot = { name: 'hot_iron', opacity: [{ value: 0, opacity: 0 }, { value: 0.15, opacity: 0.25 }, { value: 1, opacity: 0.8 }] };
const fused = [
  { id: 'ct', options: { voi: { windowWidth: 600, windowCenter: 150 } } },
  { id: 'pet', options: { voi: SUV, colormap: hot } },
];
const mip = [{ id: 'pet', options: { voi: SUV, voiInverted: true, blendMode: 'MIP', slabThickness: 'fullVolume' } }];
const moving = (orientation) => both('cameraPosition', `osteon-${orientation}`);
const white = [1, 1, 1];

const petCt = protocol(LAYOUTS.petCt, 'TEP/TDM · PET/CT', {
  selectors: {
    ct: { seriesMatchingRules: [modality('CT'), volume] },
    pet: {
      seriesMatchingRules: [
        modality('PT'),
        volume,
        // Without attenuation correction there is no SUV.
        { attribute: 'SeriesDescription', constraint: { doesNotContain: { value: 'Uncorrected' } }, weight: 2 },
      ],
    },
  },
  stages: [
    stage(
      'fusion',
      [[0, 0, 36, 50], [36, 0, 36, 50], [72, 0, 28, 100], [0, 50, 36, 50], [36, 50, 36, 50]],
      [
        plane('axial', ct, [...linkedWindow, moving('axial')]),
        plane('axial', fused, [moving('axial')]),
        plane('coronal', mip, [], { name: '-mip', background: white, toolGroup: 'default' }),
        plane('sagittal', ct, [...linkedWindow, moving('sagittal')]),
        plane('sagittal', fused, [moving('sagittal')]),
      ],
    ),
    stage(
      'pet',
      [[0, 0, 50, 100], [50, 0, 50, 100]],
      [
        plane('axial', pet, [moving('axial')], { background: white }),
        plane('axial', fused, [moving('axial')]),
      ],
    ),
  ],
});

const spineMr = protocol(LAYOUTS.spineMr, 'IRM rachis · Spine MR', {
  selectors: {
    t1: { seriesMatchingRules: [modality('MR'), withImages, named('T1', 10)] },
    stir: { seriesMatchingRules: [modality('MR'), withImages, named('STIR', 10), named('TIRM', 10), named('T2', 5), named('ADC', 1)] },
  },
  stages: [
    stage(
      't1-stir',
      [[0, 0, 50, 100], [50, 0, 50, 100]],
      [stack('t1', [{ id: 't1' }], [both('imageSlice', 'osteon-mr')]), stack('stir', [{ id: 'stir' }], [both('imageSlice', 'osteon-mr')])],
    ),
  ],
});

const beside = (id) => stack(id, [{ id, options: { voi: BONE } }]);

const compare = protocol(LAYOUTS.compare, 'Antérieur · Prior beside current', {
  priors: 1,
  selectors: {
    current: { studyMatchingRules: [ofStudy(0)], seriesMatchingRules: [withImages] },
    prior: { studyMatchingRules: [ofStudy(1)], seriesMatchingRules: [withImages] },
  },
  stages: [
    stage('compare', [[0, 0, 50, 100], [50, 0, 50, 100]], [beside('current'), beside('prior')]),
  ],
});

const plain = protocol(LAYOUTS.plain, 'Coupes · Slices', {
  selectors: {
    // What the address asks for, or else what has images.
    images: { seriesMatchingRules: [withImages, { attribute: 'isDisplaySetFromUrl', weight: 20, constraint: { equals: true } }] },
  },
  stages: [stage('slices', [[0, 0, 100, 100]], [stack('slices', [{ id: 'images', options: { voi: BONE } }])])],
});

export const hangingProtocols = [plain, petCt, compare, spineMr, spineCt, longBoneCt];

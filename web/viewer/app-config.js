// OHIF's settings: where images are, what is shown, and that nothing leaves this site. A classic script: OHIF reads it so.

window.config = {
  name: 'osteon',
  routerBasename: null,
  extensions: ['/ext/osteon-extension.js'],
  modes: [],
  // Our own list is the way in; OHIF's is never shown.
  showStudyList: false,
  investigationalUseDialog: { option: 'never' },
  whiteLabeling: { createLogoComponentFn: (React) => window.osteonName?.(React) },
  // A pseudonym is all there is.
  showPatientInfo: 'visible',
  maxNumberOfWebWorkers: Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)),
  showWarningMessageForCrossOrigin: false,
  showCPUFallbackMessage: false,
  showLoadingIndicator: true,
  showErrorDetails: 'production',
  strictZSpacingForVolumeViewport: true,
  disableConfirmationPrompts: true,
  measurementTrackingMode: 'none',
  maxNumRequests: { interaction: 20, thumbnail: 4, prefetch: 12 },
  studyPrefetcher: { enabled: false },
  defaultDataSourceName: 'osteon',
  dataSources: [
    {
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'osteon',
      configuration: {
        friendlyName: 'Osteon',
        name: 'osteon',
        qidoRoot: '/dicom-web',
        wadoRoot: '/dicom-web',
        wadoUriRoot: '/dicom-web',
        qidoSupportsIncludeField: true,
        supportsFuzzyMatching: false,
        supportsWildcard: false,
        supportsReject: false,
        dicomUploadEnabled: false,
        imageRendering: 'wadors',
        thumbnailRendering: 'wadors',
        enableStudyLazyLoad: true,
        omitQuotationForMultipartRequest: true,
        bulkDataURI: { enabled: true },
      },
    },
  ],
  modesConfiguration: {
    '@ohif/mode-longitudinal': {
      hangingProtocol: {
        $set: [
          'osteon-plain',
          'osteon-pet-ct',
          'osteon-compare',
          'osteon-spine-mr',
          'osteon-spine-ct',
          'osteon-long-bone-ct',
        ],
      },
      routes: {
        0: {
          layoutInstance: {
            props: {
              // On a laptop the images need the room; the list of series is one click away.
              leftPanelClosed: { $set: window.innerWidth < 1600 },
              rightPanelInitialExpandedWidth: { $set: Math.round(Math.min(460, Math.max(340, window.innerWidth / 4))) },
              leftPanels: { $set: ['@ohif/extension-default.panelModule.seriesList'] },
              rightPanels: { $set: ['osteon.panelModule.lesions'] },
              rightPanelClosed: { $set: false },
              // OHIF's tracked viewport asks at each first measurement whether to keep a report of its own.
              viewports: { 0: { namespace: { $set: '@ohif/extension-cornerstone.viewportModule.cornerstone' } } },
            },
          },
        },
      },
    },
  },
  httpErrorHandler: (error) => window.osteonHttpError?.(error),
};

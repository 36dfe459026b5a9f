// What the door takes (docs/administrator.md).
export const MODALITIES = ['CT', 'MR', 'PT'];

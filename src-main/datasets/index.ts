export {
  type ImportFormat,
  type ImportOptions,
  type ImportProgress,
  importOptions,
  type OnProgress,
} from '../../shared/data/importOptions.ts'
export { type Batcher, createBatcher, type ImageChanges } from './batches.ts'
export { browse } from './browse.ts'
export { type Catalogue, createCatalogue, type DamagedDataset, findStored } from './catalogue.ts'
export { EMBEDDED, embeddedClasses } from './embedded.ts'
export { type GivenBatch, readGiven } from './given/index.ts'
export { detectFormat } from './importers/detect.ts'
export { previewTable } from './importers/previewTable.ts'
export { bytesPerValue, type DatasetMeta, datasetFiles, dtypes, rawScale } from './meta.ts'
export { type Normalisation, normalisation } from './normalise.ts'
export { type Dataset, openDataset } from './open.ts'
export { type Split, type SplitOptions, splitDataset } from './split.ts'
export type { ImportedDataset, StoredDataset } from './writer.ts'

import type { PredictionMethod } from '../ensemble/methods.ts'

/*
 * What a door serves besides the procedures: bytes that the window reads or the user keeps. All are GET, relative to the
 * origin of the window, and the same in every door.
 *
 * CSV is made to be opened in a spreadsheet: text that would be a formula begins with an apostrophe there. `raw` gives text
 * as it is stored.
 */

/** How many snapshots one address of predictions may name. */
export const mostSnapshotsAsked = 32

/**
 * Stored probabilities of snapshots, one after another, little-endian: uint32 examples and classes, then float32
 * [examples, classes], then uint16 labels, and zeros up to a multiple of 4 bytes. They never change. 0 examples where its run
 * kept no such part (the number of classes is then 0, or 2³² − 1 where what was stored is damaged); 404 where there is no such snapshot.
 */
export const predictionsUrl = (snapshotIds: readonly number[], part: 'validation' | 'test'): string =>
  `/data/predictions/${snapshotIds.join(',')}/${part}`

/** A PNG with `count` training images of one class side by side. */
export const samplesUrl = (datasetId: string, classIndex: number, count: number): string =>
  `/data/samples/${encodeURIComponent(datasetId)}/${classIndex}.png?count=${count}`

/** A PNG of these examples of a data set of images side by side, in their order. */
export const examplesUrl = (datasetId: string, examples: readonly number[]): string =>
  `/data/examples/${encodeURIComponent(datasetId)}/${examples.join(',')}.png`

export const runDownloads = ['csv', 'parquet', 'json', 'svg', 'tensorboard'] as const
export type RunDownload = (typeof runDownloads)[number]
/** tensorboard: a tar of event files. */
export const runDownloadUrl = (runId: string, format: RunDownload): string =>
  `/download/runs/${runId}/${format}`

/** One table of several runs: a row each, with their settings and scores. */
export const runTableUrl = (runIds: readonly string[], raw = false): string =>
  `/download/run-table.csv?ids=${runIds.join(',')}${rawPart(raw)}`
export const runTableParquetUrl = (runIds: readonly string[]): string =>
  `/download/run-table.parquet?ids=${runIds.join(',')}`

export const snapshotDownloads = ['tfjs', 'safetensors', 'onnx'] as const
export type SnapshotDownload = (typeof snapshotDownloads)[number]
/** The snapshot's own weights, or the moving average kept beside them. */
export const snapshotWeights = ['own', 'ema'] as const
export type SnapshotWeights = (typeof snapshotWeights)[number]
/** tfjs: a tar of model.json and its weights. */
export const snapshotDownloadUrl = (
  snapshotId: number,
  format: SnapshotDownload,
  of: SnapshotWeights = 'own',
): string => `/download/snapshots/${snapshotId}/${format}${of === 'own' ? '' : `?weights=${of}`}`

export interface EnsembleChoice {
  readonly method: PredictionMethod
  readonly members: readonly { readonly snapshotId: number; readonly weight: number }[]
}

const choice = ({ method, members }: EnsembleChoice): string =>
  `method=${method}&members=${membersText(members)}`
const membersText = (members: EnsembleChoice['members']): string =>
  members.map(({ snapshotId, weight }) => `${snapshotId}:${weight}`).join(',')

export const predictionFormats = ['csv', 'parquet', 'npy', 'npz'] as const
export type PredictionFormat = (typeof predictionFormats)[number]

/** What the ensemble answered on a part: docs/export.md says what is in which format. */
export const ensemblePredictionsUrl = (
  ensemble: EnsembleChoice,
  part: 'validation' | 'test',
  format: PredictionFormat = 'csv',
  raw = false,
): string => `/download/ensemble/predictions.${format}?part=${part}&${choice(ensemble)}${rawPart(raw)}`

const rawPart = (raw: boolean): string => (raw ? '&raw=yes' : '')

/** A tar with every member in that format and a JSON file that says how they are combined; onnx: one file that is the whole. */
export const ensembleModelsUrl = (ensemble: EnsembleChoice, format: SnapshotDownload): string =>
  `/download/ensemble/${format === 'onnx' ? 'ensemble.onnx' : `${format}.tar`}?${choice(ensemble)}`

/** The model of their averaged weights, made anew: seconds to minutes. tfjs: a tar. */
export const averagedModelUrl = (members: EnsembleChoice['members'], format: SnapshotDownload): string =>
  `/download/averaged/${format}?members=${membersText(members)}`

/** All rows that a statement answers with, as Parquet. Addresses have an end: of long statements it is refused. */
export const sqlParquetUrl = (sql: string, seconds: number): string =>
  `/download/sql.parquet?seconds=${seconds}&sql=${encodeURIComponent(sql)}`
/** Characters that such an address may have for every door to take it: a web server's head has 16 KiB. */
export const longestSqlAddress = 12_000

/** The runs of a study with their settings and scores, a row each. */
export const studyTableUrl = (studyId: string, format: 'csv' | 'parquet'): string =>
  `/download/studies/${studyId}.${format}`

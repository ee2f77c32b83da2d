import type { RunDownload } from '../../shared/api/urls.ts'

/** What a run can be downloaded as. */
export const downloadNames: Readonly<Record<RunDownload, string>> = {
  csv: 'Table of steps (CSV)',
  parquet: 'Table of steps (Parquet)',
  json: 'Everything (JSON)',
  svg: 'Picture (SVG)',
  tensorboard: 'TensorBoard events (tar)',
}

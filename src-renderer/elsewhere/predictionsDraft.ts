import type { z } from 'zod'
import type { importPredictions, PredictionForm } from '../../shared/api/outsidePredictions.ts'
import { dataOfRun } from '../../shared/run/dataOfRun.ts'
import { ELSEWHERE_DATASET } from '../../shared/run/elsewhere.ts'
import type { RunSpec } from '../../shared/run/spec.ts'

export type LabelsFrom = 'files' | 'file' | 'dataset' | 'run'

/** The fields as they are typed. */
export interface PredictionsDraft {
  readonly files: readonly { readonly path: string; readonly name: string }[]
  readonly labelsFrom: LabelsFrom
  /** Of the files; null: told by its name. */
  readonly column: string | null
  /** A file of labels. */
  readonly labels: string
  readonly dataset: string | null
  /** Of the split of that data set; empty: as runs have it by default. */
  readonly validation: string
  readonly test: string
  readonly seed: string
  readonly run: string | null
  readonly part: 'validation' | 'test'
  /** null: told by the numbers. */
  readonly as: PredictionForm | null
  readonly name: string
}

export const emptyPredictionsDraft: PredictionsDraft = {
  files: [],
  labelsFrom: 'files',
  column: null,
  labels: '',
  dataset: null,
  validation: '',
  test: '',
  seed: '',
  run: null,
  part: 'test',
  as: null,
  name: '',
}

export type PredictionsField = 'files' | 'labels' | 'dataset' | 'as' | 'name'

export type PredictionsInput = z.input<typeof importPredictions>

interface KnownRun {
  readonly id: string
  readonly spec: Pick<RunSpec, 'dataset'>
  readonly datasetId: string
}

/** What is asked for, or the field that something is missing in. */
export function predictionsInput(
  draft: PredictionsDraft,
  runs: readonly KnownRun[],
): { readonly input: PredictionsInput } | { readonly field: PredictionsField; readonly words: string } {
  const { files, part, as, name } = draft
  if (files.length === 0) return { field: 'files', words: 'Add a file of predictions first.' }
  const labels = labelsInput(draft, runs)
  if ('words' in labels) return labels
  return {
    input: {
      files: files.map(({ path }) => path),
      ...(files.some((file) => file.name.trim() !== '') && {
        memberNames: files.map((file) => file.name.trim()),
      }),
      ...labels,
      part,
      ...(as !== null && { as }),
      ...(name.trim() !== '' && { name: name.trim() }),
    },
  }
}

type LabelsInput = Pick<PredictionsInput, 'labels' | 'dataset'>
type Missing = { readonly field: PredictionsField; readonly words: string }

function labelsInput(draft: PredictionsDraft, runs: readonly KnownRun[]): LabelsInput | Missing {
  switch (draft.labelsFrom) {
    case 'files':
      return draft.column === null ? {} : { labels: draft.column }
    case 'file':
      return draft.labels.trim() === ''
        ? { field: 'labels', words: 'Give the file with the labels.' }
        : { labels: draft.labels.trim() }
    case 'dataset':
      return datasetInput(draft)
    case 'run': {
      const run = runs.find(({ id }) => id === draft.run)
      return run === undefined
        ? { field: 'dataset', words: 'Choose the run that they are to be combined with.' }
        : { dataset: dataOfRun(run) }
    }
  }
}

function datasetInput({ dataset, validation, test, seed }: PredictionsDraft): LabelsInput | Missing {
  if (dataset === null) return { field: 'dataset', words: 'Choose the data set that they answer.' }
  const sizes = { validation: numbered(validation), test: numbered(test), seed: numbered(seed) }
  const wrong = Object.entries(sizes).find(([, value]) => Number.isNaN(value))
  if (wrong !== undefined)
    return { field: 'dataset', words: `The ${wrong[0]} of the split must be a number.` }
  const given = Object.fromEntries(Object.entries(sizes).filter(([, value]) => value !== undefined))
  return { dataset: { name: dataset, ...given } }
}

/** undefined: left empty; NaN: no number. */
const numbered = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text))

/** Whether a run's examples are of a data set of the lab, so that predictions may be given for them. */
export const hasExamples = ({ datasetId }: Pick<KnownRun, 'datasetId'>): boolean =>
  datasetId !== ELSEWHERE_DATASET

/** The command line's flags mean nothing here. */
const withoutFlags = (words: string): string => words.replaceAll(/ \(--[\w-]+\)/g, '')

/** The field that a refusal of the host is about, and what to say there. */
export function placeOf(
  refusal: string,
  { labelsFrom, labels }: Pick<PredictionsDraft, 'labelsFrom' | 'labels'>,
): Missing {
  const words = withoutFlags(refusal)
  return { words, field: fieldOf(refusal, labelsFrom, labels) }
}

function fieldOf(refusal: string, labelsFrom: LabelsFrom, labels: string): PredictionsField {
  const lab = labelsFrom === 'dataset' || labelsFrom === 'run' ? 'dataset' : 'labels'
  if (/: (name|dataset|labels|as)(\.\w+)*: /.test(refusal))
    return /: name/.test(refusal) ? 'name' : /: as/.test(refusal) ? 'as' : lab
  if (/do not sum to 1|probabilities are from 0 to 1/.test(refusal)) return 'as'
  if (/no labels to judge|column or array .* of labels|numbers of classes|none is called label/.test(refusal))
    return lab
  if (/has the label|there are \d+ labels|classes, and .* has \d+;|this split of|data set/i.test(refusal))
    return lab
  const name = labels.trim().split(/[/\\]/).at(-1) ?? ''
  if (labelsFrom === 'file' && name !== '' && refusal.includes(name)) return 'labels'
  return 'files'
}

/** Added once each, in the order of their names' numbers where they are added together. */
export function withFiles(draft: PredictionsDraft, paths: readonly string[]): PredictionsDraft {
  const known = new Set(draft.files.map(({ path }) => path))
  const added = [...new Set(paths)]
    .filter((path) => !known.has(path))
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  return { ...draft, files: [...draft.files, ...added.map((path) => ({ path, name: '' }))] }
}

/** What files of predictions end in. */
export const isPredictionsFile = (path: string): boolean =>
  /\.(npy|npy\.gz|npz|parquet|pq|csv|txt)$/i.test(path)

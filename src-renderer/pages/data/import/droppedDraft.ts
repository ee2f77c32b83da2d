import type { Draft } from './draft.ts'

/** What the form is filled with, or why what was dropped together is no data set. */
type DroppedDraft = { readonly draft: Partial<Draft> } | { readonly refusal: string }

/**
 * The fields for paths dropped together: one file or folder; a training and a test part; the files of an IDX set. Others are
 * no data set that could be guessed.
 * @param paths absolute, as the host's own system writes them
 */
export function draftOfPaths(paths: readonly string[]): DroppedDraft {
  const [first, ...more] = paths
  if (first === undefined)
    return { refusal: 'What was dropped lies nowhere on this machine; save it as a file first.' }
  if (more.length === 0) return { draft: { path: first } }
  const idx = idxDraft(paths)
  if (idx !== undefined) return { draft: idx }
  const tests = paths.filter((path) => saysTest(lastName(path)))
  const trains = paths.filter((path) => !tests.includes(path))
  const [train, test] = [trains[0], tests[0]]
  if (paths.length === 2 && train !== undefined && test !== undefined)
    return { draft: { path: train, testPath: test } }
  return {
    refusal: `${paths.length} files or folders were dropped, and it cannot be told how they belong together; drop one table, or the one folder that holds the others.`,
  }
}

/** Images and labels of the training part, and of the test part or none, by their names. */
function idxDraft(paths: readonly string[]): Partial<Draft> | undefined {
  const find = (what: RegExp, isTest: boolean): string[] =>
    paths.filter((path) => what.test(lastName(path)) && saysTest(lastName(path)) === isTest)
  const parts = [find(/images/i, false), find(/labels/i, false), find(/images/i, true), find(/labels/i, true)]
  const [images = [], labels = [], testImages = [], testLabels = []] = parts
  const isWhole = images.length === 1 && labels.length === 1 && testImages.length === testLabels.length
  if (!isWhole || testImages.length > 1 || parts.flat().length !== paths.length) return undefined
  return {
    path: images[0] ?? '',
    labels: labels[0] ?? '',
    testImages: testImages[0] ?? '',
    testLabels: testLabels[0] ?? '',
  }
}

const saysTest = (name: string): boolean => /(^|[^a-z])(test|t10k|val|valid|validation)([^a-z]|$)/i.test(name)

const lastName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

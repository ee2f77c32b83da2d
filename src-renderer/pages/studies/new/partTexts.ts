import { wordsOf } from '../../../../shared/errors.ts'
import { getAt, listAt, type Path, pathText, setAt, textAt } from '../../new-run/model/tree.ts'
import { kindOf, readStudyJson, type StudyDraft, wrongJson } from './studyDraft.ts'

/*
 * Parts of the study that are written as JSON: its base, and lists. A text that is no such part yet waits in the draft until
 * it is mended or thrown away: the tree has what was there before it, which nobody means to start.
 */

interface WrittenPart {
  readonly path: Path
  /** As the sentence beside Start calls it. */
  readonly name: string
}

type Reading = { readonly value: unknown } | { readonly problem: string }

/** Under which a text waits. Kinds of study share the base alone; an axis is known by its field, as its place changes. */
export function textKey(tree: unknown, path: Path): string {
  const [part, index, ...rest] = path
  if (part === 'base') return part
  const at =
    part === 'axes' && index !== undefined ? [part, textAt(tree, [part, index, 'path']), ...rest] : path
  return `${kindOf(tree)}: ${pathText(at)}`
}

/** What a text says of a part, or one sentence on why it says nothing. */
export function readPart(path: Path, text: string): Reading {
  if (path[0] !== 'base') return readList(text)
  const reading = readStudyJson(text, 'A base')
  return 'tree' in reading ? { value: reading.tree } : reading
}

/** No text: the list is not there. */
function readList(text: string): Reading {
  if (text.trim() === '') return { value: undefined }
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? { value } : { problem: 'This must be a list in JSON: put it in [ ].' }
  } catch (error) {
    return { problem: `This is not JSON: ${wordsOf(error)}` }
  }
}

/** What is wrong with the text that waits for a part; undefined where none waits. */
export function waitingProblem({ tree, texts }: Pick<StudyDraft, 'tree' | 'texts'>, path: Path) {
  const text = texts[textKey(tree, path)]
  if (text === undefined) return undefined
  const reading = readPart(path, text)
  return 'problem' in reading ? reading.problem : undefined
}

/** The draft after a text was typed: a part goes into the tree, another text waits beside it. */
export function typePart(draft: StudyDraft, path: Path, text: string): StudyDraft {
  const { tree, texts } = dropText(draft, path)
  const reading = readPart(path, text)
  if ('problem' in reading) return { ...draft, texts: { ...texts, [textKey(tree, path)]: text } }
  return { ...draft, texts, tree: setAt(tree, path, reading.value), json: wrongJson(draft.json) }
}

/** The draft without the text that waits: the part is as it was before that was typed. */
export function dropText(draft: StudyDraft, path: Path): StudyDraft {
  const key = textKey(draft.tree, path)
  return { ...draft, texts: Object.fromEntries(Object.entries(draft.texts).filter(([name]) => name !== key)) }
}

/** What is wrong with the first text that waits, and where it stands. */
export function textProblem(draft: Pick<StudyDraft, 'tree' | 'texts'>): string | undefined {
  for (const { path, name } of partsIn(draft.tree)) {
    const problem = waitingProblem(draft, path)
    if (problem !== undefined) return `${name} as JSON: ${problem}`
  }
  return undefined
}

/** The parts of the study that can be written as JSON in the form. */
function partsIn(tree: unknown): readonly WrittenPart[] {
  const base = { path: ['base'], name: 'Base' }
  switch (kindOf(tree)) {
    case 'budget':
      return [base, { path: ['optimizers'], name: 'Optimizers' }, { path: ['tasks'], name: 'Tasks' }]
    case 'sweep':
      return [
        base,
        ...listAt(tree, ['axes']).flatMap((axis, i): WrittenPart[] => {
          const values = getAt(axis, ['values'])
          const isList = values === undefined || Array.isArray(values)
          return isList ? [{ path: ['axes', i, 'values'], name: `Axis ${i + 1}` }] : []
        }),
      ]
    case 'trunk':
      return [base]
  }
}

import { problemsIn } from '../../../../shared/errors.ts'
import { type RunSpec, runSpec } from '../../../../shared/run/spec.ts'
import { scheduleSpec } from '../../../../shared/schedule/index.ts'
import { scheduleText } from '../../../format/specText.ts'
import { type Problem, type Problems, problemOf } from '../../new-run/model/fields.ts'
import { getAt, listAt, type Path, textAt } from '../../new-run/model/tree.ts'
import { isNamedValue } from './entries.ts'
import { partProblems, partText, taskText, wholePart } from './parts.ts'
import { baseOf } from './studyDraft.ts'

/*
 * What is wrong with a study, at the field it belongs to. Optimizers and networks are held against their schemas here; what
 * only a plan can tell, the host says in one sentence, which names what it is about.
 */

/** @param said what the host said of this draft, if it refused it */
export function studyProblems(tree: unknown, said: string | undefined): Problems {
  const base = baseOf(tree)
  const own = ofParts(tree, base)
  if (said === undefined) return own
  // What stands at a field of an entry is not said again of the entry.
  const told = Object.entries(placed(tree, said, base)).filter(
    ([path]) => !Object.keys(own).some((inner) => inner.startsWith(`${path}.`)),
  )
  return { ...Object.fromEntries(told), ...own }
}

function ofParts(tree: unknown, base: RunSpec | undefined): Problems {
  const found: Record<string, Problem> = {}
  const all = [
    ...listAt(tree, ['optimizers']).flatMap((entry, i) =>
      partProblems('optimizer', ['optimizers', i, 'spec'], getAt(entry, ['spec'])),
    ),
    ...listAt(tree, ['tasks']).flatMap((entry, i) => taskProblems(entry, i, base)),
    ...listAt(tree, ['axes']).flatMap((axis, i) => {
      const of = textAt(axis, ['path'])
      if (of !== 'optimizer' && of !== 'model') return []
      return listAt(axis, ['values']).flatMap((value, j) => {
        const at: Path = ['axes', i, 'values', j, ...(isNamedValue(value) ? ['value'] : [])]
        return partProblems(of, at, wholePart(of, getAt(tree, at), undefined))
      })
    }),
  ]
  for (const problem of all) found[problem.path] ??= problemOf(problem)
  return found
}

function taskProblems(task: unknown, i: number, base: RunSpec | undefined) {
  const model = getAt(task, ['model'])
  const dataset = getAt(task, ['dataset'])
  const ofModel =
    model === undefined ? [] : partProblems('model', ['tasks', i, 'model'], wholePart('model', model, base))
  if (dataset === undefined) return ofModel
  const whole = { ...base?.dataset, ...Object(dataset) }
  const ofData = problemsIn(runSpec.shape.dataset, whole).map((problem) => ({
    ...problem,
    path: `tasks.${i}.dataset.${problem.path}`,
  }))
  return [...ofData, ...ofModel]
}

const opening = /^While (?:planning|reading) the study: /
const fieldPath = /^([a-z][\w.]*): (.+)$/is

/** A sentence of the host at what it names; nothing where it is about the study as a whole. */
function placed(tree: unknown, said: string, base: RunSpec | undefined): Problems {
  const rest = said.replace(opening, '')
  if (rest === said) return {}
  for (const { path, names } of namesIn(tree, base)) {
    const name = names.find((one) => rest.startsWith(`${one}: `) || rest.startsWith(`${one} at a budget of `))
    if (name !== undefined) return { [path]: told(rest.slice(name.length).replace(/^: | /, '')) }
  }
  const [, path, rule] = fieldPath.exec(rest) ?? []
  return path === undefined || rule === undefined ? {} : { [path]: told(rule) }
}

const told = (words: string): Problem => ({
  rule: '',
  sentence: `${words.charAt(0).toUpperCase()}${words.slice(1)}`,
})

/** How the host names each entry of the study's lists. */
function namesIn(tree: unknown, base: RunSpec | undefined) {
  const named = (of: string, list: string, usual: (entry: unknown, i: number) => readonly string[]) =>
    listAt(tree, [list]).map((entry, i) => {
      const label = textAt(entry, ['label'])
      const names = label === '' ? usual(entry, i) : [label]
      return { path: `${list}.${i}`, names: names.map((name) => `${of} ${name}`) }
    })
  const entries = [
    ...named('optimizer', 'optimizers', (entry) => [partText('optimizer', getAt(entry, ['spec']))]),
    ...named('task', 'tasks', (entry, i) => [taskText(entry, base), String(i + 1)]),
    ...named('schedule', 'schedules', (entry) => scheduleNames(entry)),
    { path: 'base', names: ["the base's data set", 'the base'] },
    ...listAt(tree, ['axes']).map((axis, i) => ({
      path: `axes.${i}`,
      names: [`axis ${textAt(axis, ['path'])}`],
    })),
  ]
  // Of two entries of one name the second is the one that is refused.
  return entries.toReversed()
}

function scheduleNames(entry: unknown): string[] {
  const { data } = scheduleSpec.safeParse(getAt(entry, ['spec']))
  const kind = textAt(entry, ['spec', 'kind'])
  return [textAt(entry, ['preset']), ...(data === undefined ? [kind] : [scheduleText(data), kind])].filter(
    (name) => name !== '',
  )
}

import type { StudyCell } from './cell.ts'
import { readKey, settingOf } from './cellKey.ts'
import type { JsonObject } from './json.ts'
import { cellName, settingText } from './makeCell.ts'
import { canonical, fieldsApart } from './shown.ts'

type Settings = StudyCell['settings']
type Known = Pick<StudyCell, 'key' | 'settings'> & { readonly spec?: StudyCell['spec'] }

/**
 * Cells of which no two settings look the same, and no two runs have one name, whatever was shortened: a value that the
 * study has already keeps its label, and what would look like another is told apart by what differs.
 * @param known the cells that the study has; they stay as they are
 */
export function toldApart<T extends StudyCell>(cells: readonly T[], known: readonly Known[] = []): T[] {
  const labels = labelsOf(known)
  const names = new Set(known.flatMap(({ spec }) => spec?.name ?? []))
  return cells.map((cell) => {
    const settings = labels.of(cell)
    let name = cellName({ ...cell, settings })
    for (let place = 2; names.has(name); place++) name = cellName({ ...cell, settings }, place)
    names.add(name)
    return { ...cell, settings, spec: { ...cell.spec, name } }
  })
}

/** What is shown of settings, each by its own. */
function labelsOf(known: readonly Known[]) {
  const bySetting = new Map<string, Settings>()
  const owners = new Map<string, string>()
  const keep = ({ key, settings }: Pick<StudyCell, 'key' | 'settings'>): void => {
    if (bySetting.has(labelledOf(key))) return
    bySetting.set(labelledOf(key), settings)
    if (!owners.has(textOf(settings))) owners.set(textOf(settings), key)
  }
  known.forEach(keep)
  const ofValue = labelsByValue(known)
  return {
    of(cell: Pick<StudyCell, 'key' | 'settings'>): Settings {
      const found = bySetting.get(labelledOf(cell.key))
      if (found !== undefined) return withFactor(found, cell.settings)
      let settings = ofValue(cell)
      const owner = owners.get(textOf(settings))
      if (owner !== undefined) settings = unlike(settings, cell.key, owner, (one) => owners.has(textOf(one)))
      keep({ key: cell.key, settings })
      return settings
    },
  }
}

/** What one label is of: a search for a rate is of the setting that it serves, whatever its factor. */
const labelledOf = (key: string): string =>
  settingOf(key)
    .replace(/^\{"factor":[^,]+,/, '{')
    .replace('"role":"tuning"', '"role":"cell"')

/** The factor on the rates is another at each budget. */
function withFactor({ rateFactor: _, ...labels }: Settings, { rateFactor }: Settings): Settings {
  return rateFactor === undefined ? labels : { ...labels, rateFactor }
}

/** The labels that values have in a study already. */
function labelsByValue(known: readonly Known[]) {
  const labels = new Map<string, Settings[string]>()
  for (const { key, settings } of known) {
    for (const [path, value] of Object.entries(readKey(key).values)) {
      const own = `${path} ${canonical(value)}`
      const shown = settings[path]
      if (shown !== undefined && !labels.has(own)) labels.set(own, shown)
    }
  }
  return ({ key, settings }: Pick<StudyCell, 'key' | 'settings'>): Settings => {
    if (labels.size === 0) return settings
    const { values } = readKey(key)
    return Object.fromEntries(
      Object.entries(settings).map(([path, shown]) => [
        path,
        (path in values ? labels.get(`${path} ${canonical(values[path])}`) : undefined) ?? shown,
      ]),
    )
  }
}

/** Settings whose label, at the first path where the values differ, says what is different. */
function unlike(settings: Settings, own: string, other: string, isTaken: (one: Settings) => boolean) {
  const [values, others] = [readKey(own).values, readKey(other).values]
  const path = differing(values, others) ?? Object.keys(settings)[0]
  if (path === undefined) return settings
  const shown = String(settings[path])
  const more = fieldsApart(values[path] ?? null, [values[path] ?? null, others[path] ?? null])
  const withMore = more === undefined ? shown : `${shown} ${more}`
  const at = (label: string): Settings => ({ ...settings, [path]: label })
  return at(free(withMore, (label) => isTaken(at(label))))
}

const differing = (values: JsonObject, others: JsonObject): string | undefined =>
  Object.keys(values).find((path) => canonical(values[path]) !== canonical(others[path]))

/** As a person sees them. */
const textOf = ({ rateFactor: _, ...labels }: Settings): string =>
  canonical(Object.entries(labels).map(([path, value]) => settingText(path, value)))

/** A text that nobody has: with "(2)" behind it where need be. */
function free(text: string, isTaken: (text: string) => boolean): string {
  let own = text
  for (let place = 2; isTaken(own); place++) own = `${text} (${place})`
  return own
}

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { StudyPreset } from '../../shared/api/studies.ts'
import { didYouMean } from '../../shared/didYouMean.ts'
import { parseOrExplain, show, UserError } from '../../shared/errors.ts'
import { studySpec } from '../../shared/study/spec.ts'

const text = z.string().trim().min(1)
const presetFile = z.strictObject({ title: text, asks: text, source: text, study: studySpec })

const shipped = fileURLToPath(new URL('../../resources/studies', import.meta.url))

/** Every study that comes with Anneal, by id. @throws UserError for a file that is none */
export function studyPresets(folder = shipped): StudyPreset[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
  return files.map((name) => {
    const content: unknown = JSON.parse(readFileSync(path.join(folder, name), 'utf8'))
    const { study, ...about } = parseOrExplain(presetFile, content, `reading the study preset ${name}`)
    return { id: path.basename(name, '.json'), ...about, spec: study }
  })
}

/** @throws UserError naming the presets there are */
export function findStudyPreset(id: string): StudyPreset {
  const presets = studyPresets()
  const found = presets.find((preset) => preset.id === id)
  if (found !== undefined) return found
  const ids = presets.map((preset) => preset.id)
  throw new UserError(
    `While looking up a study preset: there is no preset ${show(id)}${didYouMean(id, ids)}; choose one of ${ids.join(', ')}.`,
  )
}

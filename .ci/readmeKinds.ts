/* Writes the table of schedule kinds into the README, from the schemas: node .ci/readmeKinds.ts */

import { readFileSync, writeFileSync } from 'node:fs'
import { kindTable, scheduleFamilies } from '../shared/schedule/index.ts'

const readme = new URL('../README.md', import.meta.url)
const begin = '<!-- kinds: written by .ci/readmeKinds.ts -->'
const end = '<!-- end of kinds -->'

/** The README as it is, and as the schemas would have it. @throws Error where the marks are missing */
export function readmeWithKinds(): { readonly now: string; readonly wanted: string } {
  const now = readFileSync(readme, 'utf8')
  const [from, to] = [now.indexOf(begin), now.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}`)
  const wanted = `${now.slice(0, from)}${begin}\n\n${kindTable(scheduleFamilies)}\n\n${now.slice(to)}`
  return { now, wanted }
}

if (import.meta.main) writeFileSync(readme, readmeWithKinds().wanted)

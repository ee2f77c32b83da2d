import { UserError } from '../../../../shared/errors.ts'
import { refuseDeepNesting } from '../../../../shared/json.ts'
import { layersOf, readTopology } from '../../../../shared/model/topology.ts'
import { counted } from '../../../format/format.ts'

/* A model of the user's own, as the text of its topology. */

/** Text as the JSON it is, or the text itself where it is none. */
export function readTree(text: string): unknown {
  try {
    refuseDeepNesting(text, 'the topology', 'reading the JSON')
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The topology of a draft as text to edit. */
export const topologyJson = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? {}, null, 2)

type Reading = { readonly words: string } | { readonly problem: string }

/** Drafts are checked at every change of any field, and a topology may be large. */
const readings = new WeakMap<object, Reading>()

/** Why a topology could not be trained, in a sentence; undefined where nothing is known to be wrong. */
export function topologyProblem(value: unknown): string | undefined {
  const reading = readingOf(value)
  return 'problem' in reading ? reading.problem : undefined
}

/** "Sequential, 5 layers", or why it could not be trained. */
export function topologyText(value: unknown): string {
  const reading = readingOf(value)
  return 'problem' in reading ? reading.problem : reading.words
}

function readingOf(value: unknown): Reading {
  if (typeof value === 'string')
    return {
      problem:
        value.trim() === ''
          ? 'The model is empty: open a model.json, or write its layers.'
          : 'The model is not JSON: mend it where the editor marks it.',
    }
  if (typeof value !== 'object' || value === null)
    return { problem: 'The model must be a JSON object: open a model.json, or write its layers.' }
  const known = readings.get(value)
  if (known !== undefined) return known
  const made = read(value)
  readings.set(value, made)
  return made
}

function read(value: object): Reading {
  if (Object.keys(value).length === 0)
    return { problem: 'The model is empty: open a model.json, or write its layers.' }
  try {
    const topology = readTopology(value)
    return { words: `${topology.class_name}, ${counted(layersOf(topology).length, 'layer')}` }
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message }
    throw error
  }
}

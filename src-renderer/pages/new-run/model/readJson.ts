import type { z } from 'zod'
import { problemsIn, UserError, wordsOf } from '../../../../shared/errors.ts'
import { refuseDeepNesting } from '../../../../shared/json.ts'
import { weightsSource } from '../../../../shared/run/initial.ts'
import { type RunSpec, runSpec } from '../../../../shared/run/spec.ts'
import { problemOf } from './fields.ts'

export type JsonReading =
  | { readonly spec: RunSpec; readonly initialWeights?: z.infer<typeof weightsSource> }
  /** One sentence each, naming the field or the line. */
  | { readonly problems: readonly string[] }

const trainSpec = runSpec.extend({ initialWeights: weightsSource.optional() })

/** Reads the text of the JSON view. */
export function readSpecJson(text: string): JsonReading {
  try {
    refuseDeepNesting(text, 'the spec', 'reading the JSON')
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { problems: ['The spec must be a JSON object with at least "schedule" and "budget".'] }
    }
    // What "Copy train spec" writes beside the spec.
    const parsed = trainSpec.safeParse(value)
    if (parsed.success) {
      const { initialWeights, ...spec } = parsed.data
      return { spec, ...(initialWeights && { initialWeights }) }
    }
    return {
      problems: problemsIn(trainSpec, value).map(
        (one) => `${one.path || 'The spec'}: ${problemOf(one).rule}`,
      ),
    }
  } catch (error) {
    if (error instanceof UserError) return { problems: [error.message] }
    return { problems: [syntaxProblem(text, error)] }
  }
}

/** Where the text stops being JSON. Engines say it in words of their own, most of them with a position. */
function syntaxProblem(text: string, error: unknown): string {
  if (text.trim() === '') return 'The JSON is empty; write a spec, or go back to what the form says.'
  const said = wordsOf(error)
  const [, position] = /position (\d+)/.exec(said) ?? []
  const where = position === undefined ? undefined : lineAt(text, Number(position))
  const what = said.replace(/ in JSON at position.*$|^JSON\.parse: /, '')
  return where === undefined ? `This is not JSON: ${what}.` : `Line ${where} is not JSON: ${what}.`
}

const lineAt = (text: string, position: number): number => text.slice(0, position).split('\n').length

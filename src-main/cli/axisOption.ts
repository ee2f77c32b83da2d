import { show, UserError } from '../../shared/errors.ts'
import { refuseDeepNesting } from '../../shared/json.ts'
import type { StudyAxis } from '../../shared/study/spec.ts'

/*
 * An axis as it is typed: PATH=VALUES. Values stand between commas and are JSON where they can be read as JSON, else text;
 * commas within brackets, braces and quotes belong to the value. FROM..TO is a range, with ":log" (equal factors) or
 * ":linear" and ":COUNT" behind it, in any order.
 *
 *   schedule.lrMax=0.01,0.1   seed=1..5   schedule.lrMax=0.001..1:log:7   model.hidden=[64],[256,128]
 *   schedule=rex,cosine       schedule={"preset":"rex"},{"kind":"constant","lr":0.1}
 */

/** Whole numbers between two ends are all meant where their count is not said, and there are at most so many. */
const mostWhole = 1000

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`
const range = new RegExp(`^(${number})\\.\\.(${number})((?::[^:]*)*)$`)

/** @throws UserError naming the axis, the rule and the value */
export function parseAxis(text: string): StudyAxis {
  const at = text.indexOf('=')
  const path = text.slice(0, at === -1 ? undefined : at).trim()
  const written = at === -1 ? '' : text.slice(at + 1).trim()
  if (at === -1 || path === '') {
    throw new UserError(
      `While reading --axis: must be PATH=VALUES, as in schedule.lrMax=0.01,0.1 (received ${show(text)}).`,
    )
  }
  const doing = `reading axis ${path}`
  if (written === '') {
    throw new UserError(`While ${doing}: must have at least one value (received nothing after "=").`)
  }
  refuseDeepNesting(written, 'a value', doing)
  const found = range.exec(written)
  if (found !== null) {
    const [, from = '', to = '', rest = ''] = found
    return { path, values: readRange(Number(from), Number(to), rest, doing) }
  }
  return { path, values: splitValues(written, doing).map((value) => readValue(path, value)) }
}

/** @throws UserError for a word that is neither a scale nor a count, and for more whole numbers than an axis may have */
function readRange(from: number, to: number, rest: string, doing: string): StudyAxis['values'] {
  let count: number | undefined
  let scale: 'linear' | 'log' | undefined
  for (const word of rest
    .split(':')
    .slice(1)
    .map((part) => part.trim())) {
    if ((word === 'log' || word === 'linear') && scale === undefined) scale = word
    else if (/^\d+$/.test(word) && count === undefined) count = Number(word)
    else {
      throw new UserError(
        `While ${doing}: a range is FROM..TO with ":log" or ":linear" and ":COUNT" behind it, each once (received ${show(word)}).`,
      )
    }
  }
  const between = to - from + 1
  const allWhole = Number.isInteger(from) && Number.isInteger(to) && scale === undefined
  if (count === undefined && allWhole && between > mostWhole) {
    throw new UserError(
      `While ${doing}: every whole number between ${from} and ${to} is meant, of which there may be at most ${mostWhole} (received ${between}); say how many with ":5", or take them by equal factors with ":log".`,
    )
  }
  if (count === undefined && allWhole && between >= 2) count = between
  return { from, to, count: count ?? 5, scale: scale ?? 'linear' }
}

/** @throws UserError for an empty place between commas, and for a bracket or quote that is not closed */
function splitValues(text: string, doing: string): string[] {
  const values: string[] = []
  let begin = 0
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]
    if (quoted) {
      if (char === '\\') i += 1
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '[' || char === '{') depth += 1
    else if (char === ']' || char === '}') depth -= 1
    else if (char === ',' && depth === 0) {
      values.push(text.slice(begin, i).trim())
      begin = i + 1
    }
  }
  values.push(text.slice(begin).trim())
  if (quoted || depth !== 0) {
    throw new UserError(
      `While ${doing}: a quote, bracket or brace must be closed (received ${show(text)}); in a shell, put the axis between single quotes.`,
    )
  }
  if (values.includes('')) {
    throw new UserError(`While ${doing}: no value may be empty (received ${show(text)}).`)
  }
  return values
}

/** A word for a whole schedule is the id of a preset. */
function readValue(path: string, text: string): Value {
  const value = asJson(text)
  return path === 'schedule' && typeof value === 'string' ? { preset: value } : value
}

type Value = Extract<StudyAxis['values'], readonly unknown[]>[number]

/** Text that looks like a number but is not JSON (".5", "+1") is meant as one. */
function asJson(text: string): Value {
  try {
    return JSON.parse(text)
  } catch {
    return new RegExp(`^${number}$`).test(text) ? Number(text) : text
  }
}

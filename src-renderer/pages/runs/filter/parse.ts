import { closest, distance } from 'fastest-levenshtein'
import type { RunSummary } from '../../../../shared/api/runs.ts'
import { factsOf } from '../facts.ts'
import { type FilterField, filterFields, findField } from './fields.ts'
import { type Operator, type Token, tokenize } from './tokens.ts'

/*
 * The filter of the runs table: words, comparisons ("best>0.88", "tag:paper", "is:favourite"), a minus or NOT before what
 * must not be, OR, AND (which blanks mean already) and parentheses. OR binds weaker than AND.
 */

export type Predicate = (run: RunSummary) => boolean

export interface FilterError {
  readonly ok: false
  /** A sentence. */
  readonly message: string
  /** The part of the text it is about. */
  readonly from: number
  readonly to: number
}

export type ParsedFilter =
  | {
      readonly ok: true
      readonly matches: Predicate
      readonly isEmpty: boolean
      /** How terms were read that could have meant something else, a sentence without its end each. */
      readonly understood: readonly string[]
    }
  | FilterError

class Refusal extends Error {
  readonly token: Token | undefined
  constructor(message: string, token: Token | undefined) {
    super(message)
    this.token = token
  }
}

/** Deeper parentheses than anybody means. */
const maxDepth = 50

export function parseFilter(text: string): ParsedFilter {
  const tokens = tokenize(text)
  if (tokens.length === 0) return { ok: true, matches: () => true, isEmpty: true, understood: [] }
  try {
    const reader: Reader = { tokens, understood: [], at: 0, depth: 0 }
    const matches = readOr(reader)
    const rest = tokens[reader.at]
    if (rest !== undefined) throw new Refusal('This closing parenthesis has no opening one.', rest)
    return { ok: true, matches, isEmpty: false, understood: reader.understood }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { token, message } = error
    return { ok: false, message, from: token?.from ?? text.length, to: token?.to ?? text.length }
  }
}

interface Reader {
  readonly tokens: readonly Token[]
  readonly understood: string[]
  at: number
  depth: number
}

function readOr(reader: Reader): Predicate {
  const sides = [readAnd(reader)]
  while (reader.tokens[reader.at]?.kind === 'or') {
    reader.at++
    sides.push(readAnd(reader))
  }
  const [only] = sides
  return sides.length === 1 && only !== undefined ? only : (run) => sides.some((side) => side(run))
}

function readAnd(reader: Reader): Predicate {
  const parts = [readPart(reader)]
  for (;;) {
    const kind = reader.tokens[reader.at]?.kind
    if (kind === undefined || kind === 'or' || kind === 'close') break
    if (kind === 'and') reader.at++
    parts.push(readPart(reader))
  }
  return (run) => parts.every((part) => part(run))
}

function readPart(reader: Reader): Predicate {
  const token = reader.tokens[reader.at]
  if (token === undefined) {
    throw new Refusal('Something is still missing at the end.', reader.tokens[reader.at - 1])
  }
  reader.at++
  switch (token.kind) {
    case 'term':
      return termOf(reader, token)
    case 'not':
    case 'open':
      return nested(reader, token)
    case 'or':
    case 'and':
      throw new Refusal(`"${token.text}" needs something before it.`, token)
    case 'close':
      throw new Refusal('There is nothing before this closing parenthesis.', token)
  }
}

function nested(reader: Reader, token: Token): Predicate {
  if (++reader.depth > maxDepth)
    throw new Refusal(`More than ${maxDepth} parentheses are nested here.`, token)
  const inner = token.kind === 'not' ? readPart(reader) : readOr(reader)
  reader.depth--
  if (token.kind === 'not') return (run) => !inner(run)
  if (reader.tokens[reader.at]?.kind !== 'close') {
    throw new Refusal('This parenthesis is not closed.', token)
  }
  reader.at++
  return inner
}

function termOf(reader: Reader, token: Token): Predicate {
  if (token.comparison === undefined) return wordOf(token)
  const { field: name, operator, value } = token.comparison
  const field = findField(name)
  if (field === undefined) throw new Refusal(unknownField(name), token)
  if (value === '') throw new Refusal(`"${name}${operator}" needs a value: ${field.about}.`, token)
  switch (field.kind) {
    case 'number':
      return numberTerm(reader, { name, field, operator, text: value, token })
    case 'text':
      return textTerm(name, field.read, operator, value, token)
    case 'setting':
      return settingTerm(field.read, { name, operator, value, token })
    case 'flag':
      return flagTerm(name, field.flags, operator, value, token)
  }
}

function wordOf({ text }: Token): Predicate {
  const wanted = text.toLowerCase()
  return (run) => factsOf(run).haystack.includes(wanted)
}

function unknownField(name: string): string {
  const near = nearestField(name.toLowerCase())
  const hint = near === undefined ? 'The fields are listed under "?".' : `Did you mean "${near}"?`
  return `There is no field "${name}". ${hint}`
}

/** The field that begins alike, or is at most two changed letters away. */
function nearestField(typed: string): string | undefined {
  const names = Object.keys(filterFields)
  const alike = names.find((name) => name.startsWith(typed) || typed.startsWith(name))
  if (alike !== undefined) return alike
  const near = closest(typed, names)
  return distance(typed, near) <= Math.min(2, typed.length - 2) ? near : undefined
}

interface NumberTerm {
  readonly name: string
  readonly field: Extract<FilterField, { kind: 'number' }>
  readonly operator: Operator
  readonly text: string
  readonly token: Token
}

function numberTerm(reader: Reader, { name, field, operator, text, token }: NumberTerm): Predicate {
  const wanted = numberOf(text, field.unit)
  if (wanted === undefined) throw new Refusal(`"${name}" compares with a number, not with "${text}".`, token)
  if (field.unit === 'share' && (wanted < 0 || wanted > 1))
    throw new Refusal(`"${name}" lies between 0 and 100 %: write ${name}${operator}0.9 or 90%.`, token)
  const { read } = field
  const holds = comparisons[operator]
  const matches: Predicate = (run) => {
    const value = read(run)
    return value !== null && holds(value, wanted)
  }
  if (field.unit === 'share' && isPlain(text) && wanted !== Number(text))
    reader.understood.push(`${name}${operator}${text} is read as ${text} %`)
  return matches
}

const isPlain = (text: string): boolean => !text.endsWith('%')

/** Shares and times are sums of rounded numbers: what shows as equal is equal. */
const same = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(1e-3, Math.abs(a), Math.abs(b))

const comparisons: Readonly<Record<Operator, (value: number, wanted: number) => boolean>> = {
  ':': same,
  '=': same,
  '!=': (value, wanted) => !same(value, wanted),
  '>': (value, wanted) => value > wanted && !same(value, wanted),
  '>=': (value, wanted) => value > wanted || same(value, wanted),
  '<': (value, wanted) => value < wanted && !same(value, wanted),
  '<=': (value, wanted) => value < wanted || same(value, wanted),
}

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** "0.88", "88%" or "88" of a share, "5m" of a time; undefined where it is no number. */
function numberOf(text: string, unit: 'share' | 'time' | undefined): number | undefined {
  const [, digits = '', suffix = ''] = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([a-z%]?)$/i.exec(text) ?? []
  if (digits === '') return undefined
  const value = Number(digits)
  // Nobody asks for a share above 100 %: a plain number above 1 is in percent.
  if (suffix === '') return unit === 'share' && value > 1 ? value / 100 : value
  if (unit === 'share' && suffix === '%') return value / 100
  const factor = seconds[suffix.toLowerCase()]
  return unit === 'time' && factor !== undefined ? value * factor : undefined
}

/** Numbers are compared as numbers; of words and of yes and no there is only the same or not. */
function settingTerm(
  read: Extract<FilterField, { kind: 'setting' }>['read'],
  { name, operator, value, token }: { name: string; operator: Operator; value: string; token: Token },
): Predicate {
  const wanted = numberOf(value, undefined)
  const isOrder = operator !== ':' && operator !== '=' && operator !== '!='
  if (isOrder && wanted === undefined)
    throw new Refusal(`"${name}${operator}" compares with a number, not with "${value}".`, token)
  const holds = comparisons[operator]
  const isText = isOrder ? () => false : textTerm(name, (run) => textsOf(read(run)), operator, value, token)
  return (run) => {
    const known = read(run)
    if (known === null) return false
    return typeof known === 'number' && wanted !== undefined ? holds(known, wanted) : isText(run)
  }
}

const textsOf = (value: ReturnType<Extract<FilterField, { kind: 'setting' }>['read']>): string[] =>
  value === null ? [] : [String(value)]

/** "ResNet-20" is found by "resnet20" too. */
const plain = (text: string): string => text.toLowerCase().replace(/[-\s]/g, '')

function textTerm(
  name: string,
  read: (run: RunSummary) => readonly string[],
  operator: Operator,
  value: string,
  token: Token,
): Predicate {
  if (operator !== ':' && operator !== '=' && operator !== '!=') {
    throw new Refusal(
      `"${name}" is text: write ${name}:${value} (or ${name}=${value} for exactly that).`,
      token,
    )
  }
  const choices = value.split(',').filter((choice) => choice !== '')
  const exact = choices.map((choice) => choice.toLowerCase())
  const loose = choices.map(plain).filter((choice) => choice !== '')
  const isExactly = (run: RunSummary): boolean => read(run).some((text) => exact.includes(text.toLowerCase()))
  if (operator === '=') return isExactly
  if (operator === '!=') return (run) => !isExactly(run)
  return (run) => read(run).some((text) => loose.some((choice) => plain(text).includes(choice)))
}

function flagTerm(
  name: string,
  flags: Readonly<Record<string, Predicate>>,
  operator: Operator,
  value: string,
  token: Token,
): Predicate {
  const wanted = value.toLowerCase().replace('favorite', 'favourite')
  const flag = Object.hasOwn(flags, wanted) ? flags[wanted] : undefined
  if (flag === undefined || (operator !== ':' && operator !== '=')) {
    throw new Refusal(`"${name}:" is followed by one of ${Object.keys(flags).join(', ')}.`, token)
  }
  return flag
}

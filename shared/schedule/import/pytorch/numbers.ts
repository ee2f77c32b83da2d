/**
 * Numbers as a scheduler's text has them: constants, or functions of the tick a lambda is asked for. Each can be computed,
 * and where our formulas can say it, has its formula.
 */
export interface Num {
  readonly kind: 'number'
  /** undefined: it depends on the tick. */
  readonly constant: number | undefined
  readonly isInt: boolean
  /** A comparison, which our formulas keep apart from numbers. */
  readonly isTruth: boolean
  readonly isNonNegative: boolean
  at(tick: number): number
  /** In the language of expression.ts; undefined where it has no words for it. */
  readonly formula: Formula | undefined
}

interface Formula {
  readonly text: string
  readonly level: Level
}

/** How tightly an operation binds: what binds less is put in brackets. */
const level = { choice: 0, comparison: 1, sum: 2, product: 3, power: 4, atom: 5 } as const
type Level = (typeof level)[keyof typeof level]

export function constant(value: number, isInt = Number.isInteger(value)): Num {
  const text = value < 0 ? `(${value})` : String(value)
  return {
    kind: 'number',
    constant: value,
    isInt,
    isTruth: false,
    isNonNegative: value >= 0,
    at: () => value,
    formula: Number.isFinite(value) ? { text, level: level.atom } : undefined,
  }
}

export const truth = (value: boolean): Num => ({
  ...constant(value ? 1 : 0, true),
  isTruth: true,
  formula: { text: value ? '1 > 0' : '0 > 1', level: level.comparison },
})

/** The tick itself. @param variable its name in the formula */
export const tickVariable = (variable: string): Num => ({
  kind: 'number',
  constant: undefined,
  isInt: true,
  isTruth: false,
  isNonNegative: true,
  at: (tick) => tick,
  formula: { text: variable, level: level.atom },
})

interface Made {
  readonly isInt?: boolean
  readonly isTruth?: boolean
  readonly isNonNegative?: boolean
  readonly level: Level
  readonly write: (...parts: readonly string[]) => string
  /** The levels that the parts need so as to stand without brackets. */
  readonly needs: readonly Level[]
}

/** A number made of others. */
function make(
  parts: readonly Num[],
  compute: (...values: readonly number[]) => number,
  { isInt = false, isTruth = false, isNonNegative = false, level: own, write, needs }: Made,
): Num {
  if (parts.every((part) => part.constant !== undefined)) {
    const value = compute(...parts.map((part) => part.constant ?? 0))
    return isTruth ? truth(value !== 0) : constant(value, isInt)
  }
  const texts = parts.map((part, i) => written(part, needs[i] ?? needs.at(-1) ?? level.atom))
  const known = texts.filter((text) => text !== undefined)
  return {
    kind: 'number',
    constant: undefined,
    isInt,
    isTruth,
    isNonNegative,
    at: (tick) => compute(...parts.map((part) => part.at(tick))),
    formula: known.length === texts.length ? { text: write(...known), level: own } : undefined,
  }
}

function written({ formula }: Num, needed: Level): string | undefined {
  if (formula === undefined) return undefined
  return formula.level >= needed ? formula.text : `(${formula.text})`
}

/** The formula of a number; undefined where there is none, or it is longer than a schedule takes. */
export const formulaOf = (num: Num): string | undefined => numeric(num).formula?.text

/** A truth as 1 or 0. */
export function numeric(num: Num): Num {
  if (!num.isTruth) return num
  if (num.constant !== undefined) return constant(num.constant, true)
  return make([num], (value) => value, {
    isInt: true,
    isNonNegative: true,
    level: level.choice,
    needs: [level.comparison],
    write: (test) => `${test} ? 1 : 0`,
  })
}

const all = (test: (num: Num) => boolean, ...nums: readonly Num[]): boolean => nums.every(test)
const areInts = (...nums: readonly Num[]): boolean => all((num) => num.isInt, ...nums)
const arePositive = (...nums: readonly Num[]): boolean => all((num) => num.isNonNegative, ...nums)

const { sum, product, power, atom, comparison, choice } = level

export const add = (a: Num, b: Num): Num =>
  make([numeric(a), numeric(b)], (x, y) => x + y, {
    isInt: areInts(a, b),
    isNonNegative: arePositive(a, b),
    level: sum,
    needs: [sum, product],
    write: (x, y) => `${x} + ${y}`,
  })

export const subtract = (a: Num, b: Num): Num =>
  make([numeric(a), numeric(b)], (x, y) => x - y, {
    isInt: areInts(a, b),
    level: sum,
    needs: [sum, product],
    write: (x, y) => `${x} - ${y}`,
  })

export const multiply = (a: Num, b: Num): Num =>
  make([numeric(a), numeric(b)], (x, y) => x * y, {
    isInt: areInts(a, b),
    isNonNegative: arePositive(a, b),
    level: product,
    needs: [product, power],
    write: (x, y) => `${x} * ${y}`,
  })

/** NaN where Python would stop. */
export const divide = (a: Num, b: Num): Num =>
  make([numeric(a), numeric(b)], (x, y) => (y === 0 ? Number.NaN : x / y), {
    isNonNegative: arePositive(a, b),
    level: product,
    needs: [product, power],
    write: (x, y) => `${x} / ${y}`,
  })

/** Python's remainder has the sign of its divisor. */
function remainderOf(x: number, y: number): number {
  if (y === 0) return Number.NaN
  const rest = x % y
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest
}

export const remainder = (a: Num, b: Num): Num =>
  make([numeric(a), numeric(b)], remainderOf, {
    isInt: areInts(a, b),
    isNonNegative: b.isNonNegative,
    level: product,
    needs: arePositive(a, b) ? [product, power] : [atom, atom],
    write: (x, y) => (arePositive(a, b) ? `${x} % ${y}` : `(${x} % ${y} + ${y}) % ${y}`),
  })

/** As Python has it: of floats by the remainder, since a quotient may have been rounded up to the next whole number. */
const floorQuotient = (x: number, y: number): number => Math.round((x - remainderOf(x, y)) / y)

export const floorDivide = (a: Num, b: Num): Num => {
  const isInt = areInts(a, b)
  if (!isInt) {
    const exact = divide(subtract(a, remainder(a, b)), b)
    return {
      ...callRound(exact),
      isInt: false,
      at: (tick) => floorQuotient(numeric(a).at(tick), numeric(b).at(tick)),
    }
  }
  return make([numeric(a), numeric(b)], floorQuotient, {
    isInt,
    isNonNegative: arePositive(a, b),
    level: atom,
    needs: [product, power],
    write: (x, y) => `floor(${x} / ${y})`,
  })
}

const callRound = (num: Num): Num =>
  make([num], Math.round, { level: atom, needs: [choice], write: (x) => `round(${x})` })

export const raise = (a: Num, b: Num): Num =>
  make([numeric(a), numeric(b)], (x, y) => x ** y, {
    isInt: areInts(a, b) && b.isNonNegative,
    isNonNegative: a.isNonNegative,
    level: power,
    needs: [atom, atom],
    write: (x, y) => `${x} ^ ${y}`,
  })

export const negate = (a: Num): Num =>
  make([numeric(a)], (x) => -x, {
    isInt: a.isInt,
    level: atom,
    needs: [atom],
    write: (x) => `(-${x})`,
  })

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!='

const comparing: Readonly<Record<Comparison, (x: number, y: number) => boolean>> = {
  '<': (x, y) => x < y,
  '<=': (x, y) => x <= y,
  '>': (x, y) => x > y,
  '>=': (x, y) => x >= y,
  '==': (x, y) => x === y,
  '!=': (x, y) => x !== y,
}

export const isComparison = (sign: string): sign is Comparison => Object.hasOwn(comparing, sign)

export const compare = (sign: Comparison, a: Num, b: Num): Num =>
  make([numeric(a), numeric(b)], (x, y) => (comparing[sign](x, y) ? 1 : 0), {
    isInt: true,
    isTruth: true,
    level: comparison,
    needs: [sum, sum],
    write: (x, y) => `${x} ${sign} ${y}`,
  })

/** Whether a number counts as true. */
export const asTruth = (num: Num): Num => (num.isTruth ? num : compare('!=', num, constant(0)))

/** `yes if test else no`; only the branch taken is computed, as in Python. */
export function choose(test: Num, yes: Num, no: Num): Num {
  const condition = asTruth(test)
  if (condition.constant !== undefined) return condition.constant === 0 ? no : yes
  const [a, b] = yes.isTruth === no.isTruth ? [yes, no] : [numeric(yes), numeric(no)]
  const made = make([condition, a, b], (t, x, y) => (t !== 0 ? (x ?? 0) : (y ?? 0)), {
    isInt: areInts(a, b),
    isTruth: a.isTruth,
    isNonNegative: arePositive(a, b),
    level: choice,
    needs: [comparison, comparison, comparison],
    write: (t, x, y) => `${t} ? ${x} : ${y}`,
  })
  return { ...made, at: (tick) => (condition.at(tick) !== 0 ? a : b).at(tick) }
}

export const both = (a: Num, b: Num): Num => choose(a, b, a)
export const either = (a: Num, b: Num): Num => choose(a, a, b)
export const not = (a: Num): Num => choose(a, truth(false), truth(true))

/** A function that our formulas have, or one written with those. */
export function apply(
  name: string,
  parts: readonly Num[],
  compute: (...values: readonly number[]) => number,
  isInt = false,
): Num {
  return make(parts.map(numeric), compute, {
    isInt,
    isNonNegative: ['abs', 'exp', 'sqrt'].includes(name) || arePositive(...parts),
    level: atom,
    needs: [choice],
    write: (...texts) => `${name}(${texts.join(', ')})`,
  })
}

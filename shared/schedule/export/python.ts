import { type Helper, helpers } from './helpers.ts'

/** A Python file being written: named constants and functions in the order in which they were added. */
export interface PythonFile {
  /** A name not taken yet: `base`, or `base_2` and so on. */
  name(base: string): string
  /** Adds a list of numbers and returns the name it got. */
  list(base: string, numbers: readonly string[]): string
  /** Adds a function of the step; every line of `body` is indented once. */
  define(name: string, returns: string, docstring: string, body: readonly string[]): void
  /** Makes sure that a helper is in the file, and returns its name. */
  use(helper: Helper): string
  /** The helpers, constants and functions added so far. */
  text(): string
}

export function createPythonFile(): PythonFile {
  const taken = new Set<string>(['learning_rate', 'momentum'])
  const used = new Set<Helper>()
  const parts: string[] = []
  const name = (base: string): string => {
    let free = base
    for (let i = 2; taken.has(free); i++) free = `${base}_${i}`
    taken.add(free)
    return free
  }
  return {
    name,
    list(base, numbers) {
      const chosen = name(base)
      parts.push(`${chosen} = [\n${wrapped(numbers)}]`)
      return chosen
    },
    define(chosen, returns, docstring, body) {
      parts.push(
        [
          `def ${chosen}(step: int) -> ${returns}:`,
          `    """${quoted(docstring)}"""`,
          ...body.map((line) => `    ${line}`),
        ].join('\n'),
      )
    },
    use(helper) {
      used.add(helper)
      return helper
    },
    text: () => [...[...used].sort().map((helper): string => helpers[helper]), ...parts].join('\n\n\n'),
  }
}

function wrapped(numbers: readonly string[]): string {
  let text = ''
  let line = '   '
  for (const number of numbers) {
    if (line.length + number.length > 96) {
      text += `${line}\n`
      line = '   '
    }
    line += ` ${number},`
  }
  return `${text}${line}\n`
}

/** A float: JavaScript's shortest form reads back as the same double in Python. */
export function float(value: number): string {
  if (Number.isNaN(value)) return 'math.nan'
  if (!Number.isFinite(value)) return value > 0 ? 'math.inf' : '-math.inf'
  const text = String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

/** A number of steps: an int where it is whole, so that Python's arithmetic on it is exact. */
export const steps = (value: number): string => (Number.isSafeInteger(value) ? String(value) : float(value))

/** `text` within a comment or a string: JSON's escapes are Python's, and leave no quote, line break or stray surrogate. */
export const quoted = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u007f-\u009f\u2028\u2029]/g, ' ')

/** low + (high - low) · part, as the compiled schedule computes it. */
export function between(low: number, high: number, part: string): string {
  if (low === high) return float(low)
  const scaled = `${float(Math.abs(high - low))} * ${part}`
  if (low === 0) return scaled
  return high > low ? `${float(low)} + ${scaled}` : `${float(low)} - ${scaled}`
}

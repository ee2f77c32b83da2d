/** A piece of the filter box, and where it stands in it. */
export interface Token {
  readonly kind: 'open' | 'close' | 'or' | 'and' | 'not' | 'term'
  /** Quotes left out. */
  readonly text: string
  /** Set in a term with an operator: "best", ">", "0.88". */
  readonly comparison?: { readonly field: string; readonly operator: Operator; readonly value: string }
  readonly from: number
  readonly to: number
}

export type Operator = ':' | '=' | '!=' | '>' | '>=' | '<' | '<='

const comparison = /^([A-Za-z][\w-]*|hparam\.[^\s()":<>=!]+)(:|!=|>=|<=|>|<|=)/i
const words: Readonly<Record<string, Token['kind']>> = { OR: 'or', '|': 'or', AND: 'and', NOT: 'not' }

/** Parts the text; whatever is typed has tokens, an unclosed quote reaches to the end. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at)
    if (/\s/.test(char)) at++
    else {
      const token = tokenAt(text, at)
      tokens.push(token)
      at = token.to
    }
  }
  return tokens
}

function tokenAt(text: string, from: number): Token {
  const char = text.charAt(from)
  const next = text.charAt(from + 1)
  if (char === '(') return { kind: 'open', text: char, from, to: from + 1 }
  if (char === ')') return { kind: 'close', text: char, from, to: from + 1 }
  if (char === '-' && next !== '' && !/\s/.test(next)) return { kind: 'not', text: char, from, to: from + 1 }
  const field = comparison.exec(text.slice(from))
  const start = from + (field?.[0].length ?? 0)
  const { value, to } = valueAt(text, start)
  if (field !== null) {
    const [all, name = '', sign = ':'] = field
    return {
      kind: 'term',
      text: all + value,
      comparison: { field: name, operator: operatorOf(sign), value },
      from,
      to,
    }
  }
  return { kind: words[text.slice(from, to)] ?? 'term', text: value, from, to }
}

const operators: readonly Operator[] = [':', '=', '!=', '>', '>=', '<', '<=']
const operatorOf = (sign: string): Operator => operators.find((one) => one === sign) ?? ':'

/** To the next blank or parenthesis outside quotes. */
function valueAt(text: string, from: number): { value: string; to: number } {
  let value = ''
  let quoted = false
  let to = from
  for (; to < text.length; to++) {
    const char = text.charAt(to)
    if (char === '"') quoted = !quoted
    else if (!quoted && /[\s()]/.test(char)) break
    else value += char
  }
  return { value, to }
}

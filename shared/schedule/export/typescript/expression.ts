import type { SyntaxNode } from '@lezer/common'

/** Names of Python's modules as JavaScript has them; of the others the name says it (math.cos, Math.cos). */
const members: Readonly<Record<string, string>> = {
  'math.nan': 'Number.NaN',
  'math.inf': 'Number.POSITIVE_INFINITY',
  'math.pi': 'Math.PI',
  'math.isfinite': 'Number.isFinite',
  'bisect.bisect_right': 'bisectRight',
}

/** Functions that JavaScript has, or that typescriptHelpers.ts gives the file. */
const functions: Readonly<Record<string, string>> = {
  _exp: 'Math.exp',
  _log: 'Math.log',
  _sqrt: 'Math.sqrt',
  _cos: 'Math.cos',
  _sin: 'Math.sin',
  _floor: 'Math.floor',
  _ceil: 'Math.ceil',
  _round: 'Math.round',
  _max: 'Math.max',
  _min: 'Math.min',
  max: 'Math.max',
  min: 'Math.min',
  abs: 'Math.abs',
  float: 'Number',
}

/** Operations of a formula: JavaScript's own, for which Python needs a function. */
const infix: Readonly<Record<string, string>> = { _divide: '/', _remainder: '%', _power: '**' }
const operators: Readonly<Record<string, string>> = { and: '&&', or: '||' }

export const typescriptName = (python: string): string =>
  /[a-z]/.test(python)
    ? python.replace(/^_/, '').replace(/_(\w)/g, (_, next: string) => next.toUpperCase())
    : python

/** Nodes below, without brackets, commas and comments. */
export function partsOf(node: SyntaxNode): SyntaxNode[] {
  const parts: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (!/^[[\](),:]$/.test(child.name) && child.name !== 'Comment') parts.push(child)
  }
  return parts
}

/** Translates an expression that Anneal wrote; of Python it knows no more than that. */
export function createTranslator(source: string): (node: SyntaxNode) => string {
  const textOf = ({ from, to }: SyntaxNode): string => source.slice(from, to)

  const translate = (node: SyntaxNode): string => {
    const parts = partsOf(node)
    switch (node.name) {
      case 'Number':
        return textOf(node)
      case 'None':
        return 'undefined'
      case 'Boolean':
        return textOf(node).toLowerCase()
      case 'VariableName':
        return typescriptName(textOf(node))
      case 'ParenthesizedExpression':
        return `(${translate(first(parts))})`
      case 'ArrayExpression':
        return `[${parts.map(translate).join(', ')}]`
      case 'UnaryExpression':
        return `${textOf(first(parts)).replace('not', '!')}${translate(first(parts.slice(1)))}`
      case 'BinaryExpression':
        return binary(parts)
      case 'ConditionalExpression':
        return conditional(parts)
      case 'MemberExpression':
        return member(node, parts)
      case 'CallExpression':
        return call(parts)
      default:
        throw new Error(`the export writes no TypeScript for ${node.name}: ${textOf(node).slice(0, 80)}`)
    }
  }

  const binary = ([left, operator, right]: SyntaxNode[]): string => {
    if (left === undefined || operator === undefined || right === undefined)
      throw new Error('an operand is missing')
    const [a, b, sign] = [translate(left), translate(right), textOf(operator)]
    if (sign === '//') return `Math.floor(${a} / ${b})`
    if (sign === '==') return `isSame(${a}, ${b})`
    if (sign === '!=') return `!isSame(${a}, ${b})`
    return `${a} ${Object.hasOwn(operators, sign) ? operators[sign] : sign} ${b}`
  }

  const conditional = (parts: SyntaxNode[]): string => {
    const [yes, test, no] = parts.filter(({ name }) => name !== 'if' && name !== 'else').map(translate)
    return `${test} ? ${yes} : ${no}`
  }

  const member = (node: SyntaxNode, parts: SyntaxNode[]): string => {
    const text = textOf(node)
    if (node.getChild('[') !== null) return `at(${parts.map(translate).join(', ')})`
    if (Object.hasOwn(members, text)) return members[text] ?? text
    return text.replace(/^math\./, 'Math.')
  }

  const call = ([callee, list]: SyntaxNode[]): string => {
    if (callee === undefined || list === undefined) throw new Error('a call has no arguments')
    const name = textOf(callee)
    const given = partsOf(list).map(translate)
    if (Object.hasOwn(infix, name)) return `((${given[0]}) ${infix[name]} (${given[1]}))`
    const own = Object.hasOwn(functions, name) ? functions[name] : translate(callee)
    return `${own}(${given.join(', ')})`
  }

  return translate
}

function first(nodes: readonly SyntaxNode[]): SyntaxNode {
  const [node] = nodes
  if (node === undefined) throw new Error('a part is missing')
  return node
}

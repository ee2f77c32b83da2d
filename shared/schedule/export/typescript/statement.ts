import type { SyntaxNode } from '@lezer/common'
import { parser } from '@lezer/python'
import { createTranslator, partsOf, typescriptName } from './expression.ts'

/**
 * The lists and functions of a Python file that Anneal wrote, as TypeScript. Python is the form that all families are
 * written in once; helpers of formulas (`_divide`) are left out, for JavaScript's operators do what they do.
 */
export function translateFile(source: string): string {
  const translate = createTranslator(source)
  const textOf = ({ from, to }: SyntaxNode): string => source.slice(from, to)
  const lines: string[] = []

  const functionLines = (node: SyntaxNode): string[] => {
    const body = node.getChild('Body')
    const name = node.getChild('VariableName')
    if (body === null || name === null) throw new Error('a function has no body')
    const [docstring, ...statements] = partsOf(body)
    const returns = source.slice(node.from, body.from).includes('Optional[') ? 'number | undefined' : 'number'
    const text = docstring === undefined ? '' : textOf(docstring).slice(3, -3)
    const names = new Set(assigned(node, textOf).map(typescriptName))
    return [
      '',
      `/** ${text.replaceAll('*/', '* /')} */`,
      `${exported.has(textOf(name)) ? 'export ' : ''}function ${typescriptName(textOf(name))}(step: number): ${returns} {`,
      ...[...names].map((each) => `  let ${each} = 0`),
      ...statements.flatMap(statement).map((line) => `  ${line}`),
      '}',
    ]
  }

  const block = (node: SyntaxNode): string[] =>
    partsOf(node)
      .flatMap(statement)
      .map((line) => `  ${line}`)

  const statement = (node: SyntaxNode): string[] => {
    switch (node.name) {
      case 'ReturnStatement':
        return [`return ${partsOf(node).slice(1).map(translate).join(', ')}`]
      case 'AssignStatement':
        return assignment(node)
      case 'ExpressionStatement':
        return partsOf(node).map(translate)
      case 'IfStatement':
        return ifLines(partsOf(node))
      case 'ForStatement':
        return forLines(node)
      case 'RaiseStatement':
        return [raised(textOf(node))]
      default:
        throw new Error(`the export writes no TypeScript for ${node.name}: ${textOf(node).slice(0, 80)}`)
    }
  }

  const assignment = (node: SyntaxNode): string[] => {
    const parts = partsOf(node).filter(({ name }) => name !== 'AssignOp')
    const [target, second, third] = parts
    if (target === undefined || second === undefined) throw new Error('an assignment has no value')
    if (third === undefined) return [`${translate(target)} = ${translate(second)}`]
    // The one pair that is written: quotient, rest = divmod(value, size).
    const list = third.getChild('ArgList')
    const [value, size] = list === null ? [] : partsOf(list).map(translate)
    return [
      `${translate(target)} = Math.floor(${value} / ${size})`,
      `${translate(second)} = ${value} % ${size}`,
    ]
  }

  const ifLines = (parts: readonly SyntaxNode[]): string[] => {
    const written: string[] = []
    let head = ''
    for (const part of parts) {
      if (part.name === 'if') head = 'if'
      else if (part.name === 'elif') head = '} else if'
      else if (part.name === 'else') written.push('} else {')
      else if (part.name === 'Body') written.push(...block(part))
      else written.push(`${head} (${translate(part)}) {`)
    }
    return [...written, '}']
  }

  const forLines = (node: SyntaxNode): string[] => {
    const [variable, range, body] = partsOf(node).filter(({ name }) => name !== 'for' && name !== 'in')
    const list = range?.getChild('ArgList')
    if (variable === undefined || body === undefined || !list) throw new Error('a loop runs over no range')
    const [from, to] = partsOf(list).map(translate)
    const name = translate(variable)
    return [`for (let ${name} = ${from}; ${name} < ${to}; ${name}++) {`, ...block(body), '}']
  }

  for (let node = parser.parse(source).topNode.firstChild; node !== null; node = node.nextSibling) {
    if (node.name === 'FunctionDefinition') {
      const name = node.getChild('VariableName')
      if (name !== null && !textOf(name).startsWith('_')) lines.push(...functionLines(node))
    } else if (node.name === 'AssignStatement') {
      const [name, , list] = partsOf(node)
      if (name === undefined || list === undefined) throw new Error('a list has no numbers')
      lines.push('', `const ${textOf(name)}: readonly number[] = ${numbersText(textOf(list))}`)
    }
  }
  return lines.join('\n').trim()
}

const exported = new Set(['learning_rate', 'momentum'])

/** The lines of a long list stay as they are broken. */
const numbersText = (python: string): string =>
  python.replaceAll('math.inf', 'Number.POSITIVE_INFINITY').replaceAll('math.nan', 'Number.NaN')

/** raise ValueError(f"...{name}..."), whose holes are plain names. */
function raised(python: string): string {
  const text = /^raise ValueError\(f"(.*)"\)$/.exec(python)?.[1]
  if (text === undefined) throw new Error(`the export writes no TypeScript for ${python.slice(0, 80)}`)
  return `throw new RangeError(\`${text.replaceAll('{', '${')}\`)`
}

/** Names that a function assigns: JavaScript declares them before they are set. */
function assigned(node: SyntaxNode, textOf: (node: SyntaxNode) => string): string[] {
  const names: string[] = []
  node.cursor().iterate((each) => {
    if (each.name !== 'AssignStatement') return
    for (let child = each.node.firstChild; child !== null; child = child.nextSibling) {
      if (child.name === 'AssignOp') break
      if (child.name === 'VariableName') names.push(textOf(child))
    }
  })
  return names
}

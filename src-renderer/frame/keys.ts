/*
 * Keys as shortcuts name them: "n", "/", "?", "Enter", "mod+K", "shift+ArrowDown". mod is Cmd on Apple machines, Ctrl
 * elsewhere. A printable sign stands for itself, however a keyboard makes it, so that "?" needs no shift.
 */

interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

const parse = (keys: string) => {
  const parts = keys.split('+')
  const key = parts.at(-1) || '+'
  const held = new Set(parts.slice(0, -1).map((part) => part.toLowerCase()))
  return { key: key.toLowerCase() === 'space' ? ' ' : key, held }
}

/** Whether a key press is the shortcut. */
export function isPress(keys: string, press: KeyPress, apple: boolean): boolean {
  const { key, held } = parse(keys)
  const mod = apple ? press.metaKey : press.ctrlKey
  const otherMod = apple ? press.ctrlKey : press.metaKey
  if (press.key.toLowerCase() !== key.toLowerCase()) return false
  if (mod !== held.has('mod') || otherMod || press.altKey !== held.has('alt')) return false
  const shiftMadeIt = key.length === 1 && key.toLowerCase() === key.toUpperCase()
  return shiftMadeIt || press.shiftKey === held.has('shift')
}

/** Whether it works while the user types: only with mod held it cannot be meant as text. */
export const worksWhileTyping = (keys: string): boolean => parse(keys).held.has('mod')

const names: Readonly<Record<string, string>> = {
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  escape: 'Esc',
  shift: 'Shift',
  alt: 'Alt',
  ' ': 'Space',
}

/** The caps to print: "mod+K" → ["Ctrl", "K"]. */
export function keyCaps(keys: string, apple: boolean): readonly string[] {
  const { key, held } = parse(keys)
  const mods = [...held].map((name) => (name === 'mod' ? (apple ? '⌘' : 'Ctrl') : (names[name] ?? name)))
  return [...mods, names[key.toLowerCase()] ?? key]
}

import { useEffect, useRef, useSyncExternalStore } from 'react'
import { isPress, worksWhileTyping } from './keys.ts'

export interface Shortcut {
  /** See keys.ts: "n", "/", "mod+K". */
  readonly keys: string
  /** As the sheet says it: "New run". */
  readonly does: string
  readonly run: () => void
  /** Whether it is meant now; where it is not, the key does what it does without us. */
  readonly when?: () => boolean
}

export interface ShortcutGroup {
  readonly page: string
  readonly list: readonly Shortcut[]
}

export const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent)

let groups: readonly ShortcutGroup[] = []
const listeners = new Set<() => void>()

function publish(next: readonly ShortcutGroup[]): void {
  groups = next
  for (const listener of listeners) listener()
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type)
  return (
    target.isContentEditable || target.closest('textarea, select, [role="dialog"], [role="menu"]') !== null
  )
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const typing = isTyping(event.target)
  // The newest group first: a page's own keys win over the frame's.
  for (const { list } of groups.toReversed()) {
    const hit = list.find(({ keys, when }) => isPress(keys, event, isApple) && when?.() !== false)
    if (hit === undefined || (typing && !worksWhileTyping(hit.keys))) continue
    event.preventDefault()
    hit.run()
    return
  }
}

function add(group: ShortcutGroup): () => void {
  if (groups.length === 0) window.addEventListener('keydown', onKeyDown)
  publish([...groups, group])
  return () => {
    publish(groups.filter((other) => other !== group))
    if (groups.length === 0) window.removeEventListener('keydown', onKeyDown)
  }
}

/**
 * Keys that work while the calling component is mounted, listed under `page` in the sheet that "?" opens. Ignored while
 * the user types or a dialog has the focus. The list may be a new array at every render.
 */
export function useShortcuts(page: string, list: readonly Shortcut[]): void {
  const latest = useRef(list)
  useEffect(() => {
    latest.current = list
  })
  const signature = list.map(({ keys, does }) => `${keys} ${does}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the keys do may change at every render; only a change of their names needs a new group.
  useEffect(
    () =>
      add({
        page,
        list: latest.current.map(({ keys, does }, place) => ({
          keys,
          does,
          run: () => latest.current[place]?.run(),
          when: () => latest.current[place]?.when?.() !== false,
        })),
      }),
    [page, signature],
  )
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** All that works now, the frame's own first. */
export const useShortcutGroups = (): readonly ShortcutGroup[] => useSyncExternalStore(subscribe, () => groups)

import { Anchor } from '@mantine/core'
import type { MouseEvent } from 'react'
import classes from './Ensemble.module.css'
import { type GroupKey, groupId, groupKeys, groupTitles } from './groups.ts'

interface GroupLinksProps {
  /** The parts are still to come: the links only take their place, so that nothing below them moves then. */
  readonly isEarly?: boolean
}

/** To the parts of the workbench, in sight wherever one is. */
export function GroupLinks({ isEarly = false }: GroupLinksProps) {
  return (
    <nav className={classes.links} data-early={isEarly || undefined} aria-label="Parts of the ensemble">
      {groupKeys.map((key) => (
        <Anchor key={key} size="xs" href={`#${groupId(key)}`} onClick={(event) => goTo(key, event)}>
          {groupTitles[key]}
        </Anchor>
      ))}
    </nav>
  )
}

/** Room between the edge of what stays in sight and the heading, in pixels. */
const gap = 8

/** The address keeps the choice alone, so that the page does the going: the focus too, as a link of its own would. */
function goTo(key: GroupKey, event: MouseEvent<HTMLAnchorElement>): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  const target = document.getElementById(groupId(key))
  const kept = event.currentTarget.closest('[data-kept]')
  if (target === null) return
  target.style.scrollMarginBlockStart = `${kept === null ? gap : coverOf(kept, target) + gap}px`
  target.focus({ preventScroll: true })
  target.scrollIntoView({ block: 'start' })
}

/** How much of the page's top the part that stays in sight takes from the target: nothing beside it or inside of it. */
function coverOf(kept: Element, target: Element): number {
  if (kept.contains(target)) return 0
  const [own, other] = [kept.getBoundingClientRect(), target.getBoundingClientRect()]
  return own.left < other.right && other.left < own.right ? own.height : 0
}

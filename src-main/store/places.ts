import type { QueueMove } from '../../shared/api/runs.ts'

/** Where one that stood at `from` goes among the others, of which there are `last`. */
export function placeAfter(to: QueueMove, from: number, last: number): number {
  switch (to) {
    case 'first':
      return 0
    case 'earlier':
      return Math.max(0, from - 1)
    case 'later':
      return Math.min(last, from + 1)
    case 'last':
      return last
  }
}

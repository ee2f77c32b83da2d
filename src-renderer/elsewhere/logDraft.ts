import type { LogRun } from '../../shared/api/elsewhere.ts'
import type { ImportEventFiles } from '../../shared/api/eventFiles.ts'
import type { TagRole } from '../../shared/run/tagRoles.ts'

/** What is asked for beside the path. */
export interface LogDraft {
  readonly name: string
  readonly follow: boolean
  /** By tag: what the user said, where that is not what its name says. */
  readonly roles: Readonly<Record<string, TagRole>>
}

export const emptyLogDraft: LogDraft = { name: '', follow: false, roles: {} }

/** A tag over all runs of a log. */
export interface MergedTag {
  readonly name: string
  readonly points: number
  readonly firstStep: number
  readonly lastStep: number
  readonly lastWallTime: number
  /** Of the run that wrote last; null: not finite. */
  readonly lastValue: number | null
  /** Runs that have it. */
  readonly runs: number
  /** What its name says in the first run where it says something. */
  readonly guess: TagRole
  /** All runs that have it were imported before, with this role: it stays. */
  readonly isFixed: boolean
}

/** In the order in which they come: tags with a role first. */
export function mergedTags(runs: readonly LogRun[]): MergedTag[] {
  const merged = new Map<string, MergedTag>()
  for (const { tags, known } of runs)
    for (const { role, ...tag } of tags) {
      const before = merged.get(tag.name)
      const isLater = before === undefined || tag.lastWallTime >= before.lastWallTime
      merged.set(tag.name, {
        name: tag.name,
        points: tag.points + (before?.points ?? 0),
        firstStep: Math.min(tag.firstStep, before?.firstStep ?? tag.firstStep),
        lastStep: Math.max(tag.lastStep, before?.lastStep ?? tag.lastStep),
        lastWallTime: Math.max(tag.lastWallTime, before?.lastWallTime ?? tag.lastWallTime),
        lastValue: isLater ? tag.lastValue : before.lastValue,
        runs: 1 + (before?.runs ?? 0),
        guess: before === undefined || before.guess === 'other' ? role : before.guess,
        isFixed: known !== null && (before?.isFixed ?? true),
      })
    }
  const all = [...merged.values()]
  return [...all.filter(({ guess }) => guess !== 'other'), ...all.filter(({ guess }) => guess === 'other')]
}

export const roleOf = ({ name, guess }: MergedTag, { roles }: LogDraft): TagRole => roles[name] ?? guess

/**
 * The draft with another role for a tag. A role has one tag in a run: one that had it, in a run with both, becomes a series
 * of its own.
 */
export function withRole(draft: LogDraft, runs: readonly LogRun[], tag: MergedTag, role: TagRole): LogDraft {
  const tags = mergedTags(runs)
  const roles: Record<string, TagRole> = { ...draft.roles, [tag.name]: role }
  const beside = new Set(
    runs
      .filter((run) => run.tags.some(({ name }) => name === tag.name))
      .flatMap((run) => run.tags.map(({ name }) => name)),
  )
  for (const other of tags)
    if (
      role !== 'other' &&
      other.name !== tag.name &&
      beside.has(other.name) &&
      roleOf(other, draft) === role
    )
      roles[other.name] = 'other'
  const guesses = new Map(tags.map(({ name, guess }) => [name, guess]))
  const said = Object.entries(roles).filter(([name, each]) => guesses.get(name) !== each)
  return { ...draft, roles: Object.fromEntries(said) }
}

/** What the import is asked for. */
export function logInput(
  path: string,
  { name, follow, roles }: LogDraft,
  runs: readonly LogRun[],
): ImportEventFiles {
  const isOne = runs.length === 1
  return {
    path,
    follow,
    tagRoles: roles,
    ...(isOne && name.trim() !== '' && { name: name.trim().slice(0, 200) }),
  }
}

/** Why there is nothing to import; undefined where there is something. */
export function whyNothing(runs: readonly LogRun[], { follow }: LogDraft): string | undefined {
  if (follow || runs.some(({ tags }) => tags.length > 0)) return undefined
  return 'No scalars are in these files yet. Follow them, or come back when the other program has written some.'
}

/** What a role is called on the screen. */
export const roleNames: Readonly<Record<TagRole, string>> = {
  learningRate: 'Learning rate',
  momentum: 'Momentum',
  trainLoss: 'Loss, training',
  trainAccuracy: 'Accuracy, training',
  valLoss: 'Loss, validation',
  valAccuracy: 'Accuracy, validation',
  testLoss: 'Loss, test',
  testAccuracy: 'Accuracy, test',
  other: 'A series of its own',
}

import { useQuery } from '@tanstack/react-query'
import type { FollowedFolder } from '../../../shared/api/eventFiles.ts'
import type { RunElsewhere } from '../../../shared/run/elsewhere.ts'
import { api, trpc } from '../../client.ts'
import { notifyDone, notifyError } from '../../components/notify.ts'

interface Followed {
  /** That the run lies in; undefined where none is, or not known yet. */
  readonly folder: FollowedFolder | undefined
  readonly unfollow: () => void
}

/** Milliseconds between two looks at whether a followed folder can still be read. */
const LOOK = 10_000

export function useFollowed({ path, followed }: Pick<RunElsewhere, 'path' | 'followed'>): Followed {
  const query = useQuery({
    ...trpc.elsewhere.followed.queryOptions(),
    enabled: followed,
    refetchInterval: followed ? LOOK : false,
  })
  const folder = followed ? query.data?.find((each) => isIn(path, each.path)) : undefined
  return {
    folder,
    unfollow: () => {
      api.elsewhere.unfollow.mutate({ path }).then(
        () => {
          notifyDone(`${folder?.path ?? path} is no longer followed.`)
          void query.refetch()
        },
        (error: unknown) => notifyError('It is still followed', error),
      )
    },
  }
}

const isIn = (path: string, folder: string): boolean =>
  path === folder ||
  path.startsWith(folder.endsWith('/') || folder.endsWith('\\') ? folder : `${folder}/`) ||
  path.startsWith(`${folder}\\`)

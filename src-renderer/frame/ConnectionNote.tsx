import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { queryClient, trpc } from '../client.ts'
import { useRuns } from '../hooks/useRuns.ts'
import classes from './Notes.module.css'

/** A pause shorter than this is nobody's concern. */
const patience = 1_500

/** One calm line above the page while the host cannot be reached, or when it now serves another build of the window. */
export function ConnectionNote() {
  const lostAt = useLostAt()
  const isOtherBuild = useOtherBuild(lostAt === undefined)
  if (lostAt !== undefined) {
    const time = new Date(lostAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    return (
      <p className={classes.note} role="status">
        Not connected to Anneal; showing what was known at {time}. Trying again.
      </p>
    )
  }
  if (!isOtherBuild) return null
  return (
    <p className={classes.note} role="status">
      Anneal was updated; this page is of the earlier version.
      <Button variant="default" size="compact-xs" onClick={() => location.reload()}>
        Reload
      </Button>
    </p>
  )
}

/** When the connection broke, in milliseconds since 1970, once that has lasted; undefined while it stands. */
function useLostAt(): number | undefined {
  const { state } = useRuns()
  const [lostAt, setLostAt] = useState<number>()
  useEffect(() => {
    if (state === 'live') return
    const since = Date.now()
    const timer = setTimeout(() => setLostAt(since), patience)
    return () => {
      clearTimeout(timer)
      setLostAt(undefined)
      // What the subscriptions do not carry (data sets, storage) may have changed meanwhile.
      if (state === 'lost') void queryClient.invalidateQueries()
    }
  }, [state])
  return lostAt
}

/** The host names the build it serves; the first one named is the one this page was loaded from. */
function useOtherBuild(isConnected: boolean): boolean {
  const { data } = useQuery({
    ...trpc.lab.about.queryOptions(),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: isConnected,
  })
  const [own, setOwn] = useState<string>()
  useEffect(() => {
    if (data !== undefined) setOwn((known) => known ?? data.build)
  }, [data])
  return own !== undefined && data !== undefined && data.build !== own
}

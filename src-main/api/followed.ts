import type { Services } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'
import type { Pulse } from './pulse.ts'

/** Folders that other programs write event files to. */
export function createFollowedServices(
  { elsewhere }: Core,
  pulse: Pulse,
): Pick<Services['elsewhere'], 'followed' | 'unfollow'> {
  return {
    followed: () => elsewhere.followed(),
    async unfollow(input) {
      await elsewhere.unfollow(input)
      pulse.poke()
    },
  }
}

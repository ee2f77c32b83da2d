import type { Redis } from 'ioredis'
import { queuePrefix, queuesOfWorker } from '../../shared/worker/queues.ts'
import { type QueueFile, type QueueUser, userName, userPassword } from './queueFile.ts'

/*
 * Workers as users of the queue: each may work on the queues that carry offers to it, and see no other key. Nothing of this is
 * kept by the server: the host makes its users again whenever it has reached it anew.
 */

/** What BullMQ's worker sends, itself and within its scripts (its Lua files name them; measured with ACL LOG). */
const commands =
  'auth info client|setname eval evalsha bzpopmin exists del set get incr pttl pexpire hget hset hmget hmset hgetall hdel hexists hincrby llen lpush lrange lrem ltrim rpoplpush rpush sadd scard smembers srem xadd xtrim zadd zcard zpopmin zrange zrangebyscore zrem zremrangebyrank zremrangebyscore zrevrange zrevrangebyscore zscore'

export interface QueueUsers {
  /** Makes those that are missing, and ends the others together with their connections. */
  set(users: readonly QueueUser[]): Promise<void>
  /** The server may have forgotten them. */
  forget(): void
}

export function createQueueUsers(redis: Redis, queue: QueueFile, protocol: number): QueueUsers {
  /** Passwords by user, as the server has them; undefined when it must be asked. */
  let there: Map<string, string> | undefined
  return {
    async set(users) {
      const wanted = new Map(users.map((user) => [userName(user.id), userPassword(queue, user)]))
      if (there !== undefined && isSame(there, wanted)) return
      const before = there ?? (await namesOf(redis))
      there = undefined
      for (const name of before.keys()) if (!wanted.has(name)) await redis.acl('DELUSER', name)
      for (const user of users) {
        const name = userName(user.id)
        if (before.get(name) === wanted.get(name)) continue
        await redis.acl(
          'SETUSER',
          name,
          ...rulesOf(queuesOfWorker(protocol, user.id), userPassword(queue, user)),
        )
        // Connections made with a password of before would go on.
        if (before.get(name) !== undefined && before.get(name) !== unknown)
          await redis.client('KILL', 'USER', name)
      }
      there = wanted
    },
    forget() {
      there = undefined
    },
  }
}

const unknown = ''

function rulesOf(queues: readonly string[], password: string): string[] {
  const keys = queues.map((queue) => `~${queuePrefix}:${queue}:*`)
  return ['reset', 'on', `>${password}`, ...keys, ...commands.split(' ').map((command) => `+${command}`)]
}

async function namesOf(redis: Redis): Promise<Map<string, string>> {
  const names = await redis.acl('USERS')
  return new Map(
    (Array.isArray(names) ? names : [])
      .map(String)
      .filter((name) => name.startsWith(userName('')))
      .map((name) => [name, unknown]),
  )
}

const isSame = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([name, password]) => b.get(name) === password)

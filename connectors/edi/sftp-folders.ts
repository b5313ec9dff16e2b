/** The pace of a partner's folders, whatever standard its files follow. */
import type { Limit } from '../contract/connector.ts'

/** One session, one thing at a time; the transport queues. */
export const ONE_AT_A_TIME = (): Limit => ({ max: 50, perMs: 1000, concurrency: 1 })

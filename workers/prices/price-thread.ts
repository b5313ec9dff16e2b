/** Both ends of the thread that works prices out: solving blocks, and no decision may wait for it. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { seededRandom } from '#core/random.ts'
import { opportunityPrices, type PriceQuestion, type OpportunityPrice } from '#core/routing/prices/opportunity.ts'
import { loadLinearProgramSolver } from './highs.ts'

/** Marks the thread as ours: test runners have threads of their own. */
const ROLE = 'crossdock-prices'

type Answer = { prices: OpportunityPrice[] } | { error: string }

export type PriceThread = {
  /** One question at a time. Rejects when the thread dies or cannot answer. */
  readonly ask: (question: PriceQuestion) => Promise<OpportunityPrice[]>
  readonly stop: () => Promise<void>
}

export function startPriceThread(): PriceThread {
  const worker = new Worker(new URL(import.meta.url), { workerData: ROLE })
  worker.unref()
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void): void => {
          worker.off('message', answered).off('error', failed).off('exit', ended)
          finish()
        }
        const answered = (answer: Answer): void =>
          settle(() => ('prices' in answer ? resolve(answer.prices) : reject(new Error(answer.error))))
        const failed = (error: Error): void => settle(() => reject(error))
        const ended = (): void => settle(() => reject(new Error('the price thread ended')))
        worker.on('message', answered).on('error', failed).on('exit', ended)
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin, a window has
        worker.postMessage(question)
      }),
    stop: async () => void (await worker.terminate()),
  }
}

async function serve(): Promise<void> {
  const solver = await loadLinearProgramSolver()
  parentPort?.on('message', (question: PriceQuestion) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin, a window has
    parentPort?.postMessage(answerTo(() => opportunityPrices(question, solver, seededRandom(1))))
  })
}

function answerTo(work: () => OpportunityPrice[]): Answer {
  try {
    return { prices: work() }
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'prices could not be worked out' }
  }
}

if (!isMainThread && workerData === ROLE) await serve()

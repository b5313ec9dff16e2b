import { runForward } from '#mappings/engine/index.ts'
import { restOrderMap } from '#mappings/shopify/order.ts'
import { OrderInput } from '#core/model/order.ts'
import { context, orderOf } from './documents.ts'
const [lines, mode] = [Number(process.argv[2]), process.argv[3]]
const order = orderOf(lines)
const n = Math.ceil(40000 / lines)
const out: number[] = []
let len = 0
for (let r = 0; r < 25; r++) {
  const b = performance.now()
  for (let i = 0; i < n; i++) {
    const res = runForward(restOrderMap, order, context)
    if (mode === 'told' || mode === 'zod') {
      for (const { target, source } of res.trace().origins) len += target.length + source.length
    }
    if (mode === 'zod') OrderInput.parse(res.value)
  }
  out.push(n / ((performance.now() - b) / 1000))
}
out.sort((a, b) => a - b)
console.log(
  lines,
  mode,
  out[12]!.toFixed(0),
  'us each',
  (1e6 / out[12]!).toFixed(1),
  runForward(restOrderMap, order, context).trace().origins.length,
)

/** 824 application advice ↔ a partner's verdict on the content of a document. */
import { ApplicationAdvice } from '#core/model/trade.ts'
import { defineMap, enumTable, rulesFor, text } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { day, number22 } from './kit.ts'
import type { X12Profile } from './profile.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE: Shape = { BGN: 'one', OTI: { OTI: 'one', TED: { TED: 'one' } } }
type Fault = { TED: Elements }
type Tree = { BGN: Elements; OTI: { OTI: Elements; TED: Fault[] }[] }

const head = rulesFor<Tree, ApplicationAdvice, DocumentScope>()
const fault = rulesFor<Fault, ApplicationAdvice['errors'][number], DocumentScope>()

const map = (profile: X12Profile): DocumentMap<Tree, ApplicationAdvice> =>
  defineMap({
    name: 'x12 824',
    version: '1',
    scope: documentScope<ApplicationAdvice>(profile),
    rules: [
      head.fixed('BGN.01', '11', { checked: false }),
      head.field('BGN.02', 'adviceNumber', number22),
      head.field('BGN.03', 'advisedOn', day),
      head.field(
        'OTI.0.OTI.01',
        'verdict',
        enumTable<ApplicationAdvice['verdict']>('verdict', {
          TA: 'accepted',
          TE: 'acceptedWithChanges',
          TR: 'rejected',
          IA: 'accepted',
          IR: 'rejected',
        }),
      ),
      head.fixed('OTI.0.OTI.02', 'TN', { checked: false }),
      head.field('OTI.0.OTI.03', 'reference', number22),
      head.field('OTI.0.OTI.10', 'documentType', text(6)),
      head.each('OTI.0.TED', 'errors', [
        fault.field('TED.01', 'code', text(3)),
        fault.field('TED.02', 'text', text(60)),
      ]),
    ],
  })

export const advice824 = x12Document({
  set: '824',
  functionalId: 'AG',
  summary: 'A partner’s verdict on the content of a document.',
  kind: 'applicationAdvice',
  schema: ApplicationAdvice,
  shape: SHAPE,
  map,
})

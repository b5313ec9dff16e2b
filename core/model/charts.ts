/** Every state machine of the model. A test prints each, proves all states reachable, and that none waits without owner and deadline. */
import type { CASE_STATES, EnvelopeState, InstructionState, QuarantineState } from './document.ts'
import type { ConnectionState } from './channel.ts'
import type { Chart } from './chart.ts'
import type { FeedState } from './feed.ts'
import type { NegotiationState, SHIPMENT_STATES, WorkState } from './fulfillment.ts'
import type { CustodyState, RefundState } from './return.ts'
import type { Reservation } from './stock.ts'

/** A received document, from its commit on. */
export const envelopeChart: Chart<EnvelopeState, 'apply' | 'repeat' | 'outdate' | 'quarantine' | 'ignore' | 'hold'> = {
  name: 'envelope',
  initial: 'received',
  moves: {
    received: {
      apply: 'applied',
      repeat: 'duplicate',
      outdate: 'superseded',
      quarantine: 'quarantined',
      ignore: 'ignored',
      hold: 'held',
    },
    held: { apply: 'applied', outdate: 'superseded', quarantine: 'quarantined', ignore: 'ignored' },
    quarantined: {
      apply: 'applied',
      repeat: 'duplicate',
      outdate: 'superseded',
      quarantine: 'quarantined',
      ignore: 'ignored',
      hold: 'held',
    },
    applied: {},
    duplicate: {},
    superseded: {},
    ignored: {},
  },
  waiting: {
    received: { owner: 'crossdock', deadline: 'the sweeper makes its job again after one minute' },
    held: { owner: 'operator', deadline: 'the exception case of its stock feed' },
    quarantined: { owner: 'operator', deadline: 'its quarantine items are due after one day' },
  },
}

/** A stock feed that is streamed, or that a person must approve. Small feeds that do neither are applied with their document. */
export const feedChart: Chart<
  FeedState,
  'complete' | 'pass' | 'hold' | 'refuse' | 'approve' | 'reject' | 'outdate' | 'finish' | 'finishPartly' | 'replay'
> = {
  name: 'stock feed',
  initial: 'receiving',
  moves: {
    receiving: { complete: 'staging' },
    staging: { pass: 'applying', hold: 'held', refuse: 'quarantined', outdate: 'superseded' },
    held: { approve: 'applying', reject: 'rejected', outdate: 'superseded' },
    applying: { finish: 'applied', finishPartly: 'quarantined', outdate: 'superseded', refuse: 'quarantined' },
    quarantined: { replay: 'staging' },
    applied: {},
    superseded: {},
    rejected: {},
  },
  waiting: {
    receiving: { owner: 'partner', deadline: 'one hour without a byte; then the sweeper forgets it' },
    staging: { owner: 'crossdock', deadline: 'the lease of its worker; when it ends another goes on' },
    held: { owner: 'operator', deadline: 'its exception case; a newer full feed supersedes it' },
    applying: { owner: 'crossdock', deadline: 'the lease of its worker; when it ends another goes on' },
    quarantined: { owner: 'operator', deadline: 'its quarantine items are due after one day' },
  },
}

/** A document that cannot be used waits here for its cure. */
export const quarantineChart: Chart<QuarantineState, 'replay' | 'discard' | 'resolve' | 'fail'> = {
  name: 'quarantine item',
  initial: 'open',
  moves: {
    open: { replay: 'replaying', discard: 'discarded', resolve: 'resolved' },
    replaying: { resolve: 'resolved', fail: 'open' },
    resolved: {},
    discarded: {},
  },
  waiting: {
    open: { owner: 'operator', deadline: 'one day after it opened' },
    replaying: { owner: 'crossdock', deadline: 'the sweeper makes its job again after one minute' },
  },
}

/** An outbound document to a partner. `unknown` means it may have arrived: it is looked up before any resend. */
export const instructionChart: Chart<
  InstructionState,
  'send' | 'confirm' | 'refuse' | 'lose' | 'defer' | 'absent' | 'park' | 'requeue' | 'cancel' | 'hold' | 'free'
> = {
  name: 'instruction',
  initial: 'queued',
  moves: {
    queued: { send: 'sending', cancel: 'cancelled', hold: 'held' },
    held: { free: 'queued', cancel: 'cancelled' },
    sending: { confirm: 'sent', refuse: 'rejected', lose: 'unknown', defer: 'queued', park: 'parked' },
    unknown: { confirm: 'sent', absent: 'queued', lose: 'unknown', park: 'parked' },
    parked: { requeue: 'queued', confirm: 'sent', cancel: 'cancelled' },
    rejected: { requeue: 'queued', cancel: 'cancelled' },
    sent: {},
    cancelled: {},
  },
  waiting: {
    rejected: { owner: 'operator', deadline: 'its exception case' },
    queued: { owner: 'crossdock', deadline: 'its next attempt; the sweeper makes its job again' },
    held: { owner: 'operator', deadline: 'dueAt of the holds of its order' },
    sending: { owner: 'crossdock', deadline: 'the send lease; when it ends the outcome is unknown' },
    unknown: { owner: 'crossdock', deadline: 'its next look-up; after the last one it is parked' },
    parked: { owner: 'operator', deadline: 'its exception case' },
  },
}

/** What is done to the goods of a fulfillment request. */
export const workChart: Chart<WorkState, 'begin' | 'finish' | 'fall' | 'cancel'> = {
  name: 'fulfillment request (work)',
  initial: 'open',
  moves: {
    open: { begin: 'inProgress', finish: 'closed', fall: 'incomplete', cancel: 'cancelled' },
    inProgress: { begin: 'inProgress', finish: 'closed', fall: 'incomplete', cancel: 'cancelled' },
    closed: {},
    incomplete: {},
    cancelled: {},
  },
  waiting: {
    open: { owner: 'partner', deadline: 'answerDueAt of the request' },
    inProgress: { owner: 'partner', deadline: 'answerDueAt of the request' },
  },
}

/** What the node says to a fulfillment request. A shipment out of any state is believed: the goods have left. */
export const negotiationChart: Chart<
  NegotiationState,
  'submit' | 'withdraw' | 'accept' | 'reject' | 'askCancel' | 'grantCancel' | 'grantPart' | 'refuseCancel'
> = {
  name: 'fulfillment request (negotiation)',
  initial: 'unsubmitted',
  moves: {
    unsubmitted: { submit: 'submitted', withdraw: 'cancelAccepted' },
    submitted: { accept: 'accepted', reject: 'rejected', askCancel: 'cancelRequested' },
    accepted: { accept: 'accepted', reject: 'rejected', askCancel: 'cancelRequested' },
    cancelRequested: {
      grantCancel: 'cancelAccepted',
      grantPart: 'accepted',
      refuseCancel: 'cancelRejected',
      reject: 'rejected',
    },
    cancelRejected: { accept: 'accepted', reject: 'rejected', askCancel: 'cancelRequested' },
    rejected: {},
    cancelAccepted: {},
  },
  waiting: {
    unsubmitted: { owner: 'crossdock', deadline: 'its instruction is queued' },
    submitted: { owner: 'partner', deadline: 'answerDueAt of the request' },
    accepted: { owner: 'partner', deadline: 'answerDueAt of the request, moved to the promised ship time' },
    cancelRequested: { owner: 'partner', deadline: 'answerDueAt of the request' },
    cancelRejected: { owner: 'partner', deadline: 'answerDueAt of the request' },
  },
}

/** A claim on stock. */
export const reservationChart: Chart<Reservation['state'], 'allocate' | 'release' | 'expire' | 'consume'> = {
  name: 'reservation',
  initial: 'held',
  moves: {
    held: { allocate: 'allocated', release: 'released', expire: 'expired' },
    allocated: { consume: 'consumed', release: 'released' },
    released: {},
    expired: {},
    consumed: {},
  },
  waiting: {
    held: { owner: 'crossdock', deadline: 'expiresAt of the reservation' },
    allocated: { owner: 'partner', deadline: 'answerDueAt of its fulfillment request' },
  },
}

/** A parcel (or a hand-over at the counter) after the node let go of it. */
export const shipmentChart: Chart<(typeof SHIPMENT_STATES)[number], 'deliver' | 'trouble' | 'settle'> = {
  name: 'shipment',
  initial: 'shipped',
  moves: {
    shipped: { deliver: 'delivered', trouble: 'exception' },
    exception: { deliver: 'delivered', settle: 'shipped' },
    delivered: {},
  },
  waiting: {
    shipped: { owner: 'carrier', deadline: 'the promise of its lines' },
    exception: { owner: 'operator', deadline: 'its exception case' },
  },
}

/** Where returned goods are. A return comes in parts: `receive` and `inspect` repeat until all that will come is looked at. */
export const custodyChart: Chart<
  CustodyState,
  'authorise' | 'decline' | 'send' | 'receive' | 'lapse' | 'inspect' | 'dispose' | 'close'
> = {
  name: 'return (custody)',
  initial: 'requested',
  moves: {
    requested: { authorise: 'advised', decline: 'declined' },
    advised: { send: 'inTransit', receive: 'received', lapse: 'notReturned' },
    inTransit: { receive: 'received', lapse: 'notReturned' },
    received: { receive: 'received', inspect: 'inspected' },
    inspected: { receive: 'received', dispose: 'disposed' },
    disposed: { receive: 'received', close: 'closed' },
    notReturned: { receive: 'received', close: 'closed' },
    closed: {},
    declined: {},
  },
  waiting: {
    requested: { owner: 'operator', deadline: 'its exception case' },
    advised: { owner: 'channel', deadline: 'expiresAt of the return: its label is worth nothing then' },
    inTransit: { owner: 'carrier', deadline: 'expiresAt of the return' },
    received: { owner: 'partner', deadline: 'dueAt of the return: two days after receipt' },
    inspected: { owner: 'operator', deadline: 'the exception case of its blocked restock' },
    disposed: { owner: 'crossdock', deadline: 'closed when its money has ended' },
    notReturned: { owner: 'crossdock', deadline: 'closed when its money has ended' },
  },
}

/** What the customer gets back, for one refund. A return in parts has several. */
export const refundChart: Chart<RefundState, 'trigger' | 'confirm' | 'lose' | 'refuse' | 'deny' | 'waive' | 'retry'> = {
  name: 'return (refund)',
  initial: 'pending',
  moves: {
    pending: { trigger: 'triggered', deny: 'denied', waive: 'notRefundable' },
    triggered: { confirm: 'refunded', lose: 'inDoubt', refuse: 'pending' },
    inDoubt: { confirm: 'refunded', retry: 'triggered', refuse: 'pending' },
    refunded: {},
    denied: {},
    notRefundable: {},
  },
  waiting: {
    pending: { owner: 'operator', deadline: 'its exception case' },
    triggered: { owner: 'channel', deadline: 'the send lease of its instruction' },
    inDoubt: { owner: 'crossdock', deadline: 'the next look-up of its instruction' },
  },
}

export const exceptionCaseChart: Chart<(typeof CASE_STATES)[number], 'resolve'> = {
  name: 'exception case',
  initial: 'open',
  moves: { open: { resolve: 'resolved' }, resolved: {} },
  waiting: { open: { owner: 'operator', deadline: 'dueAt of the case' } },
}

export const connectionChart: Chart<ConnectionState, 'pause' | 'fail' | 'resume'> = {
  name: 'connection',
  initial: 'active',
  moves: {
    active: { pause: 'paused', fail: 'broken' },
    paused: { resume: 'active' },
    broken: { resume: 'active', pause: 'paused' },
  },
  waiting: {
    active: { owner: 'crossdock', deadline: 'the canary job of the health check' },
    paused: { owner: 'operator', deadline: 'shown on the console until resumed' },
    broken: { owner: 'operator', deadline: 'its exception case; a good check resumes it' },
  },
}

export const ALL_CHARTS: readonly Chart<string, string>[] = [
  envelopeChart,
  feedChart,
  quarantineChart,
  instructionChart,
  workChart,
  negotiationChart,
  reservationChart,
  shipmentChart,
  custodyChart,
  refundChart,
  exceptionCaseChart,
  connectionChart,
]
